"""Taking weights away from a network that is trained: set to 0, or whole filters removed."""
