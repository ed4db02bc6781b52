"""`firstbell status`: which of many workloads will not be ready for its bell."""
