"""`firstbell backtest --all`: every policy of a folder or a cluster, on processes, in shards, as a Job."""
