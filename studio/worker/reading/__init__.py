"""A file of Python that gives data, run in a child with limits; what it gives is left as arrays."""
