"""How a training script gets at its examples: decoded as they come, and as tensors."""
