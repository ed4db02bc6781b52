"""From the store and the memory of one SchoolAutoscaler to its decision. Pure, without requests."""
