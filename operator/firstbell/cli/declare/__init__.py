"""`firstbell declare`: one late fact, its effect shown before it is written."""
