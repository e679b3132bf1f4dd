"""What a chart is painted with: styles of lines, axes and marks, names at the ends, the values at the pointer."""
