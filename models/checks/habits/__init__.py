"""Settings of a training outside of what usually works."""
