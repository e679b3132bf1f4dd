"""How well the network does: scores, samples, and single answers."""
