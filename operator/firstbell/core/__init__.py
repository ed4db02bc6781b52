"""The pure core: from a school calendar and a policy to replicas, and why.

Rule 1: standard library only, and of that nothing that reads a clock, a file, a network or chance.
Rule 2: values are frozen; an absent thing is a value that says why, never a stand-in number.
Rule 3: arithmetic on people and replicas is exact (integers and fractions, no floats).
Rule 4: occurrences are generated over an interval that the caller names, never from "today".
"""
