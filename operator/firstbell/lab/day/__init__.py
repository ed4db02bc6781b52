"""One day in closed loop: pupils arrive, pods start, autoscalers react.

The schedule and the decision are the operator's own (`core/plan.py`, `core/decide.py`); what is modelled here
is the world around them. Layer: beside the engine, above `files`. No clock, no cluster, no Kopf.
"""
