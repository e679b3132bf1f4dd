"""How the worker is spoken to: commands in, states out, and work beside the training."""
