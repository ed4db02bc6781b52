"""`firstbell backtest`: a policy on recorded load."""
