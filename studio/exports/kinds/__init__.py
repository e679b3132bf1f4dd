"""The kinds of exports, one file a family."""
