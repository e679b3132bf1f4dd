"""Tests of the open document before any run, one click each."""
