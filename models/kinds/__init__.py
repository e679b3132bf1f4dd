"""What a layer kind is: the contract that the families in `models.layers` fill in."""
