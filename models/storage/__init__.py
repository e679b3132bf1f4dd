"""Documents on the disk: read without trust, saved whole or not at all, recovered after a crash."""
