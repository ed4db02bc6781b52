"""Why a workload has its number, what would change it, and what the operator said of it last."""
