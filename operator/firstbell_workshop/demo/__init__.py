"""The founding morning, played on a real control plane with a clock that runs fast.

The operator that runs here is the one of `firstbell run`, in this process and on a `FastClock`; the API
server, the HPA's controller and the scheduler are Kubernetes' own. Only the nodes are made up.
"""
