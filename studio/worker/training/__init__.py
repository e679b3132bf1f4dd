"""Training itself: the plan of a run, its loop, its examples as tensors, its metrics."""
