"""What every object of the API has: who wrote a field of it, its version, the workload that it names."""
