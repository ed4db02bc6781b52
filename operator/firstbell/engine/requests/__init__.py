"""What stands between the engine and the API server: each is a `Cluster` before another `Cluster`."""
