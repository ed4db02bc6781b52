"""A real Kubernetes on this machine: for the demo, for the tests, and for looking around.

`provision.control_plane` is the way in. The programs are found or built once (`programs`, `build`), started
by kwokctl (`kwok`) or kind, and taken down whatever happens. The user's own kubeconfig is never touched.
"""
