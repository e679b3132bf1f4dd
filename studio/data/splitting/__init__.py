"""How rows are parted into training and validation."""
