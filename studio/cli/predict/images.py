"""Answers that are images, written as files beside what is printed of them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.cli.console import CommandError
from studio.cli.predict.printing import Printer

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FORMATS = ("png", "npy")


class WithImages(Printer):
    """Has another printer print, and writes the images to a folder: as PNG, 0 black and 1 white, or as the numbers
    themselves, NPY. Raises `CommandError` where no Output gives images, or they cannot be written."""

    def __init__(self, printer: Printer, folder: Path, format: str) -> None:
        super().__init__(printer.answering, names=printer.names)
        self._printer, self._folder, self._format = printer, folder, format
        self._taken: set[str] = set()
        if not any(how.is_image for how in self.answering):
            raise CommandError("No Output of this network gives images: --images has nothing to write. Leave it out.")
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CommandError(f"{folder} cannot be written: {error.strerror}. Choose another folder.") from error

    def add(self, name: str, record: dict[str, Any]) -> None:
        self._printer.add(name, record)
        for how in self.answering if "error" not in record else ():
            if how.is_image:
                own = record["outputs"][how.id] if len(self.answering) > 1 else record
                ending = f"-{how.id}" if len(self.answering) > 1 else ""
                self._write(f"{stem_of(name)}{ending}", own.get("probability", own["value"]))

    def end(self) -> None:
        self._printer.end()

    def _write(self, stem: str, values: Any) -> None:
        import numpy as np

        from models.storage.atomic import replace_file

        stem = _free(stem, self._taken)
        self._taken.add(stem)
        path = self._folder / f"{stem}.{self._format}"
        array = np.array(values, np.float32)
        try:
            replace_file(path, npy_of(array) if self._format == "npy" else png_of(array))
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}. Choose another folder.") from error


def stem_of(name: str) -> str:
    """What a file is called by an example: its name without folders and suffix, with the number in its file, if it has
    one."""
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}(?= \d+$|$)", "", name.replace("\\", "/").rpartition("/")[2])
    return re.sub(r"[^\w.()-]+", "_", stem).strip("._") or "example"


def _free(stem: str, taken: set[str]) -> str:
    number, found = 2, stem
    while found in taken:
        found, number = f"{stem}_{number}", number + 1
    return found


def npy_of(values: NDArray[np.float32]) -> bytes:
    """The numbers as the content of a NPY file."""
    from io import BytesIO

    import numpy as np

    content = BytesIO()
    np.save(content, values)
    return content.getvalue()


def png_of(values: NDArray[np.float32]) -> bytes:
    """An image, channels × height × width, as the content of a PNG file."""
    from io import BytesIO

    import numpy as np
    from PIL import Image

    from models.scoring.predictions import image_span

    low, high = image_span(values)
    bytes = np.rint(np.clip((values - low) / ((high - low) or 1.0), 0, 1) * 255).astype(np.uint8)
    pixels = bytes[0] if len(bytes) == 1 else np.ascontiguousarray(np.moveaxis(bytes, 0, -1))
    content = BytesIO()
    Image.fromarray(pixels).save(content, "PNG")
    return content.getvalue()
