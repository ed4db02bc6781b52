"""One day in closed loop: pupils arrive, pods start, autoscalers react.

The schedule and the decision are the operator's own (`domain.plan`, `domain.decide`); what is modelled here
is the world around them. Layer: beside the engine, above `api`. No clock, no cluster, no Kopf.
"""
