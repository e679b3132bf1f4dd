"""What floats on the canvas: tools, the small map, remarks, the line that renames."""
