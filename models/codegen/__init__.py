"""From a network to readable PyTorch source, as text. Nothing of a document can become code but literals."""
