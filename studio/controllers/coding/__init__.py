"""The code of the open document beside it, as a file."""
