"""Losses beyond `torch.nn`, and what each class counts in one."""
