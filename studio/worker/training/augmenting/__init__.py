"""Augmentation while training: the functions that change a batch, and who calls them with what a document says."""
