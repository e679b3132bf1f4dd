"""Where examples lie, seen from inside."""
