"""Recorded load against calendars and policies, over months.

What is tried is the operator's own plan and decision (`core/plan.py`, `core/decide.py`); what is modelled
here is time: a load that was written down, and pods that take a while to be Ready. Layer: beside the engine,
above `files`. No clock, no cluster, no Kopf.
"""
