"""A network out of a file of PyTorch code, in a child process with limits: run, watched, folded, compared."""
