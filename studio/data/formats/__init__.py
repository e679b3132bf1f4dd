"""Readers of files: what a format needs to be read without trusting it."""
