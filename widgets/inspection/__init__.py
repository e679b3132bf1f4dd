"""What a network learned, shown: a matrix of classes, samples with answers, maps of layers, points, curves."""
