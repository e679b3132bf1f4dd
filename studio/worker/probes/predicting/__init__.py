"""Answers to what is given."""
