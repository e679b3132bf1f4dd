"""Asking a trained network: the network and its data kept warm, and questions answered one step at a time."""
