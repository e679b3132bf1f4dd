"""What the files of a data set hold, by which data is known again that was changed, or moved to another place.

It stands in a section of its own beside the settings of the data: nobody chooses it, and no training needs it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

SECTION = "data_content"
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Held(NamedTuple):
    """What a file, or a folder with all that lies in it, is called and holds.

    ``files`` counts those of a folder and is 0 for a file. ``sha256`` is "" where finding it out would take too long.
    """

    name: str
    sha256: str
    bytes: int
    files: int = 0

    def differs(self, other: Held) -> bool:
        """Whether the content is another for certain, whatever it is called."""
        known = bool(self.sha256 and other.sha256)
        return (self.bytes, self.files) != (other.bytes, other.files) or (known and self.sha256 != other.sha256)


@dataclass(frozen=True, slots=True)
class FilesNow:
    """What lies now where a document's data is named, by the names of its settings; of what was ``moved`` the place
    where it lies, as the document would name it."""

    now: Mapping[str, Held]
    moved: Mapping[str, str] = field(default_factory=dict)


def held(section: Mapping[str, Any]) -> dict[str, Held]:
    """The entries of a document by the names of settings; what is no entry is passed over."""
    found = {}
    for setting, value in section.items():
        entry = value if isinstance(value, dict) else {}
        name, sha256 = entry.get("name"), entry.get("sha256")
        size, files = entry.get("bytes"), entry.get("files", 0)
        is_text = isinstance(name, str) and isinstance(sha256, str) and _SHA256.fullmatch(sha256)
        if is_text and isinstance(size, int) and isinstance(files, int) and size >= 0 and files >= 0:
            found[setting] = Held(str(name), str(sha256), size, files)
    return found


def changed(section: Mapping[str, Any], files: FilesNow) -> Iterator[str]:
    """The settings whose file or folder bears its name of before, and holds something else."""
    before = held(section)
    for setting, now in files.now.items():
        if setting in before and before[setting].name == now.name and before[setting].differs(now):
            yield setting


def noted(section: Mapping[str, Any], files: FilesNow, anew: Collection[str] = ()) -> dict[str, Any]:
    """The section with what is called otherwise than before, or was not known; of the settings ``anew`` with whatever
    lies there now. What is not there to be looked at stays as it was."""
    before = held(section)
    found = dict(section)
    for setting, now in files.now.items():
        is_known = setting in before and before[setting].name == now.name
        if now.sha256 and (setting in anew or not is_known):
            entry = {"name": now.name, "sha256": now.sha256, "bytes": now.bytes}
            found[setting] = entry | ({"files": now.files} if now.files else {})
    return found
