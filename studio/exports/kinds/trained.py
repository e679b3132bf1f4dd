"""A trained run to hand on: a package that others install, and a card that tells of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from models.specs.fields import Text
from studio.exports.base import EXPORTS, ByWorker, ExportError, OfRun

if TYPE_CHECKING:
    from studio.runs.folder import RunFolder


@EXPORTS.register
class Package(ByWorker, kind="package"):
    """A Python package."""

    title = "Python package"
    synonyms = ("pip", "library", "predict.py", "deploy", "folder")
    help = "A folder to install with pip: network, weights, normalization, class names, predict.py, README, tests."
    probe = "package"

    name = Text(
        "", label="Import name", help="What it is imported as, such as digits; empty: called after the network."
    )


@EXPORTS.register
class ModelCard(OfRun, kind="card"):
    """A model card."""

    title = "model card"
    synonyms = ("readme", "report", "markdown", "hugging face")
    help = "What was trained on what, how, and how well it does, as Markdown."
    suffix, files = ".md", "Markdown files (*.md)"

    def write(self, run: RunFolder, checkpoint: str, target: Path) -> list[Path]:
        from models.storage.files import save_text
        from studio.runs.exchange.card import model_card

        try:
            save_text(model_card(run).encode(), target)
        except ValueError as error:
            raise ExportError(str(error)) from error
        return [target]
