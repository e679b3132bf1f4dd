"""Images in folders and archives: where they lie, what they belong to, and the masks beside them."""
