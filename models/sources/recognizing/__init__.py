"""From what stands in source back to layers: their kinds, their settings, how their weights begin."""
