"""Data that a program of the user's makes: the user's word on it, and the arrays that are kept of it."""
