"""Training examples before and after augmentation, and the list that says what is done."""
