"""Numbers to look at, to change and to fill in: matrices with brackets, and a formula with its numbers put in."""
