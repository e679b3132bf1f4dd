"""What a data set shows before anything is trained on it: parts, classes, columns, ranges, twins."""
