"""What is written in Markdown, with formulas, as a picture to paint."""
