"""Windows, fields of view and widths that are hardly meant."""
