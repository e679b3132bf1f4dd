"""Source as text and tree: where its parts stand, what values stand in it, and how two versions of it are merged."""
