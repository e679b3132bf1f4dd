"""What its layers hold and give."""
