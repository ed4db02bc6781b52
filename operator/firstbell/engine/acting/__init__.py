"""Carrying a decision out, by a floor or by the scale subresource, and what others make of it."""
