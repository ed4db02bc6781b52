"""`firstbell demo`: the founding morning, live."""
