"""Recorded load against calendars and policies, over months.

What is tried is the operator's own plan and decision (`domain.plan`, `domain.decide`); what is modelled here
is time: a load that was written down, and pods that take a while to be Ready. Layer: beside the engine, above
`api`. No clock, no cluster, no Kopf.
"""
