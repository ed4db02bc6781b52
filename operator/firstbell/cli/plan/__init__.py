"""`firstbell plan`: what will happen, and why."""
