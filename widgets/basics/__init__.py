"""What every widget stands on: listening to a document, and painting that an error cannot end."""
