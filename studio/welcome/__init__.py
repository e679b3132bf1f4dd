"""The welcome screen: the example, templates, and what was open lately."""
