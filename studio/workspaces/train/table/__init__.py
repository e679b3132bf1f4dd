"""The runs as a table over the whole page, what can be done with several of them, and what is known of all."""
