"""`firstbell explain`: why a workload has this number now."""
