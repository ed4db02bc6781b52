"""When something is done, whose turn it is, and for how long: wake-ups, turns, slices, waits, clocks."""
