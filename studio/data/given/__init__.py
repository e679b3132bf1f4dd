"""Examples that are given to a network which is trained already: files without targets, read as its training read."""
