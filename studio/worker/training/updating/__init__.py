"""How a step is made ready: the optimizer with what acts on gradients, and how products are worked out."""
