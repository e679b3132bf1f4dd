"""Python as people write it, worked out into classes that make one layer a line and call one layer a line.

Constructors are followed as Python would with the arguments that a class is told: what they choose, repeat and put into
lists is done, helpers are written out, and what remains are calls of layers. Nothing is run: the words that are
followed are listed, bounded, and know numbers, texts, lists and layers only.
"""
