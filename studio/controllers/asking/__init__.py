"""Asking what runs have learned."""
