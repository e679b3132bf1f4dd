"""Samples over time: what became of each training sample, which labels look wrong, and correcting them."""
