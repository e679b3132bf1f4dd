"""What is shown: Qt views that take models in and send requests out as signals."""
