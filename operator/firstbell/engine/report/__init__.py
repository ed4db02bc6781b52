"""Statuses, conditions and events: one writer, and only what is worth a write."""
