"""What is true: networks, layers, shapes, costs, documents and code, without a window and without torch."""
