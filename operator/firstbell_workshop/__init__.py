"""The workshop: a real Kubernetes on this machine, and the founding morning played on it.

Nothing of it is in the operator's image.
"""
