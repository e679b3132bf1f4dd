"""What a data set shows before anything is trained on it, as tables."""
