"""Layer kinds to choose from: the palette, and search and add in one go."""
