"""`firstbell fleet`: what all workloads ask for together at each bell, and what of it does not fit."""
