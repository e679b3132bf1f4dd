"""What this computer keeps of data: ready sets that were downloaded, and where data lies now that was moved."""
