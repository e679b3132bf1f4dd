"""Source of trained networks: what carries its weights and its scale along."""
