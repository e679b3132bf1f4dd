"""Using what was trained: answers to examples that nobody has a target for."""
