"""The commands of the workshop, joined to `firstbell` by an entry point."""
