"""What layers may be expected to do before anything is trained: the curves of functions, and how large values get."""
