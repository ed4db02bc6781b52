"""Where the production decision is tried: over a day that is played, over a record that is replayed."""
