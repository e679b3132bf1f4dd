"""Arrays of a file as columns, in Netloom and in scripts."""
