"""Runs as a table: what is noted of them, their columns, groups of seeds, and how a table is written down."""
