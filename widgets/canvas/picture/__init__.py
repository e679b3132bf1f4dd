"""Pictures of a network for papers and slides."""

from widgets.canvas.picture.drawing import Drawing, Wanted
from widgets.canvas.picture.files import FORMATS, Picture, as_image, as_pdf, as_png, as_svg

__all__ = ["FORMATS", "Drawing", "Picture", "Wanted", "as_image", "as_pdf", "as_png", "as_svg"]
