"""A network as Python: the module by itself, or a script that trains it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from studio.exports.base import EXPORTS, Made, OfDocument

if TYPE_CHECKING:
    from models.document import Document

PYTHON, NOTEBOOKS = "Python files (*.py)", "Jupyter notebooks (*.ipynb)"


@EXPORTS.register
class Module(OfDocument, kind="module"):
    """The `nn.Module`."""

    title = "PyTorch module"
    synonyms = ("python", "source", "code", "nn.Module")
    help = "The network as a class of plain PyTorch, with what was written into its code."
    suffix, files = ".py", PYTHON
    is_whole = False

    def made(self, document: Document, place: Path | None, title: str) -> Made:
        from models.codegen.module import generate
        from models.sources import code_of

        title = title or "Network"
        source = generate(document.network, document.analysis, title)
        # As it was edited; but what has errors is left out.
        text = source.text if source.left_out else code_of(document, title).text
        return Made(text, tuple(source.left_out))


@EXPORTS.register
class Script(OfDocument, kind="script"):
    """The training script."""

    title = "training script"
    synonyms = ("python", "train", "loop")
    help = "Network, data and training in one Python file, which gives the same losses without Netloom."
    suffix, ending, files = ".py", "_train", PYTHON
    on_request = trains = True

    def made(self, document: Document, place: Path | None, title: str) -> Made:
        from studio.running.launch import training_script

        return Made(training_script(document, place, title))


@EXPORTS.register
class Notebook(OfDocument, kind="notebook"):
    """The training script in cells."""

    title = "notebook"
    synonyms = ("jupyter", "ipynb", "colab", "cells")
    help = "Data, network, training and curves as a Jupyter notebook, whose cells run one after the other."
    suffix, files = ".ipynb", NOTEBOOKS
    trains = True

    def made(self, document: Document, place: Path | None, title: str) -> Made:
        from models.codegen.trained.notebook import notebook_source
        from studio.running.launch import script_parts

        return Made(notebook_source(script_parts(document, place, title), title or "Network"))
