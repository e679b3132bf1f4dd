"""What the charts of the Train workspace show beside measured points: an x of choice, what happened, a layout."""
