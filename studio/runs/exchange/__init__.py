"""Runs on their way: as one file, to and from TensorBoard, to trackers of experiments."""
