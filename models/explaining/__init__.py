"""What functions compute and how gradients come back through them, in the letters of books, with sizes put in."""
