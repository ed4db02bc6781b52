"""Floors in the autoscalers of others: all of reading, raising, holding and giving them back.

`reading` brings an autoscaler down to a `SeenFloor`, and `Floors` holds those there are; `choice` says which
of a workload's carries the floor. `patches` are what is sent, `writing` sends it and hands the field back
(`handback`, `owners_in_common`); `kept_fields`, `orphans` and `held_floors` see to what was left behind.
What differs between the kinds stands in one table, `kinds/foreign_autoscalers.py`; what a value found in an
autoscaler means is the core's (`core/floor.py`).
"""
