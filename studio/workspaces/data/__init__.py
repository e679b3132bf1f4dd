"""The Data workspace: which data, what it looks like, whether it fits."""
