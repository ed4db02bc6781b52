"""Kopf glue: events in, wake-ups out; nothing is decided and nothing is awaited here.

Only `on.event` handlers: they add no finalizer and write nothing to an object. The group is always named,
since a short name makes Kopf scan every API group.
"""
