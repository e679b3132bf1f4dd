"""What makes an update of the weights of their gradients."""
