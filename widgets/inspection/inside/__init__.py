"""What the layers of a network hold and give, as pages that are painted by hand."""
