"""What a trained network answers to what it is given: a table of answers, and one of them at length."""
