"""Carrying a decision out and giving it back: floors, the scale subresource, field ownership, orphans."""
