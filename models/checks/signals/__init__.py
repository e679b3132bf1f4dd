"""What happens to values and gradients on their way: activations, dropout, how weights begin."""
