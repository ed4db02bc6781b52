"""`firstbell merge`: the shares of a backtest put together."""
