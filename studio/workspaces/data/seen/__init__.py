"""The page of facts of the Data workspace: looked for on a thread, mended by edits."""
