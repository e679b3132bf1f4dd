"""The formulas of each step: what a layer gives, its gradients, the loss, and the optimizer's update."""
