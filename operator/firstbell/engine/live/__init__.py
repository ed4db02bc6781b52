"""Live metrics: what is asked of Prometheus, how often, and what was answered."""
