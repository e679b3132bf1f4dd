"""What windows know of the layers of a run while it trains and afterwards."""
