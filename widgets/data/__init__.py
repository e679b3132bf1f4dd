"""Views of a data set: its sources, samples as pictures, points or rows, and how many there are of each class.

Nothing here knows where data comes from: everything is shown from a `widgets.data.samples.Samples`.
"""
