"""What the columns of a table are taken as, and how their cells become numbers."""
