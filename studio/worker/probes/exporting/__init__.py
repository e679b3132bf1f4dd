"""A trained network as files of other formats."""
