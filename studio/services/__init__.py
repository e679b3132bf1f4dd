"""What every part of the window needs: background work, questions, settings, errors."""
