"""Files of a run: appended whole pieces at a time, replaced whole, read without trust."""
