"""What stands beneath everything: signals, numbers and values as text."""
