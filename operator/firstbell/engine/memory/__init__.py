"""What is remembered of one SchoolAutoscaler from tick to tick: values, and the `Memory` that holds them."""
