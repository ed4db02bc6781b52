"""What was seen: API objects brought down to the fields that are kept, and the store of them. No requests."""
