"""A trained network on its way into files of other formats: with its scale, with inputs to try it on, compared."""
