"""What answers come to: tables of classes, curves over thresholds, errors of numbers, and which examples to look at."""
