"""What a run keeps of single samples: their losses and answers epoch by epoch, and the scale of its data."""
