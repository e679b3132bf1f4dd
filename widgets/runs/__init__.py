"""Runs to look at: their list, their log, the strip that steers one, the learning rate to come."""
