"""A network worked by hand: what each step gives, whether its gradients are true, and what a number hangs on."""
