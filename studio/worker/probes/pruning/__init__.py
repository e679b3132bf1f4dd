"""What becomes of a network whose smallest weights are taken away."""
