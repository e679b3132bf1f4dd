"""The application: what happens."""
