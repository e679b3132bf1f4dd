"""A document tried for some steps, of which nothing is kept."""
