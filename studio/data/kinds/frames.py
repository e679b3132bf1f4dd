"""A folder of recordings, frame by frame: sound as mel spectrograms, or spectrograms that are there already."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.basics.text import counted
from models.codegen.formatting import literal, statement
from models.data import Facts
from models.specs.fields import Bool, Choice, Float, Int, Text
from studio.data.base import DATASETS, Dataset
from studio.data.data import Data, Progress, Raw, RawColumn
from studio.data.errors import DataError
from studio.data.formats.memory import check_memory
from studio.data.formats.threads import in_threads
from studio.data.frames.files import (
    folder_of,
    label_file,
    listed_labels,
    name_part,
    recording_files,
    stem_of,
)
from studio.data.frames.first import FRAMES, beginning, first_recordings, read_first
from studio.data.frames.recordings import (
    LARGEST_LIST,
    Plan,
    Recording,
    in_order,
    labels_of,
    listed_label,
    parts_of,
    read_labels,
)
from studio.data.frames.source import (
    AUTO,
    FOLDER,
    FRAME,
    LABEL_FUNCTIONS,
    LABELING,
    LIST,
    NAME,
    NAMED,
    PART,
    READ,
    UNNAMED,
)
from studio.data.paths import first_names, located
from studio.data.splitting.listing import name_below
from studio.data.splitting.splitting import GROUP, Splitting

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LISTS = ("labels.csv", "labels.tsv", "labels.txt")
MOST_FILES = 1_000_000
QUICK_LIST = 1 << 22
"""Bytes of a list of labels up to which it is read for the first recordings."""


@DATASETS.register
class Frames(Dataset, kind="frames"):
    """Recordings of sound, or spectrograms, frame by frame."""

    title = "Recordings"
    icon = "pulse"
    synonyms = ("audio", "sound", "speech", "wav", "spectrogram", "frames", "mel", "time series")
    help = (
        "A folder of WAV files, or of NPY spectrograms (time × bins). An example is a frame with those before and "
        "behind it; beyond a recording they are zeros. All frames of a recording are in one part."
    )

    path = Text(label="Folder", path=True, folder=True, help="The folder; relative paths start at the document.")
    labels = Choice(
        AUTO,
        (AUTO, FOLDER, NAME, LIST, FRAME),
        help="Where labels are: the folder of a recording, its file name, a list, or a file with one for each frame.",
    )
    name_part = Int(
        1, minimum=1, maximum=50, help="The part of the file name that is the label: 1 of 7_ann_2.wav is 7."
    )
    label_list = Text(
        path=True, help="With “list”: a text with a name and a label in each line; empty for labels.csv in the folder."
    )
    label_folder = Text(
        path=True, folder=True, help="With “each frame”: the folder of NPY or TXT files; empty where they lie beside."
    )
    context = Int(12, maximum=1000, help="Frames before and behind: k of them make examples of 2k+1.", unit="frames")
    window = Float(25.0, minimum=1.0, maximum=10_000.0, help="Length of a frame of sound.", unit="ms")
    hop = Float(10.0, minimum=0.1, maximum=10_000.0, help="From one frame of sound to the next.", unit="ms")
    mel_bins = Int(40, minimum=1, maximum=1024, help="Frequency bands of sound, evenly spaced as they are heard.")
    log = Bool(True, help="The logarithm of the power, as loudness is heard; silence is 0.")

    @property
    def usual_splitting(self) -> Splitting:
        """All frames of a recording go to one part."""
        return Splitting(self.validation, self.seed, GROUP)

    @property
    def usual_note(self) -> str:
        return "by recording"

    @classmethod
    def accepts(cls, path: Path) -> bool:
        """A folder with recordings in it, or in the first of its folders."""
        if not path.is_dir():
            return False
        try:
            return any(name.lower().endswith((".wav", ".npy")) for name in first_names(path))
        except OSError:
            return False

    def read_facts(self, base: Path | None) -> Facts:
        """Only headers are read, and the labels of frames."""
        plan = self._plan(base, None)
        shape = (2 * self.context + 1, plan.recordings[0].bins)
        sizes = [sum(item.frames for item in part) for part in plan.parts.values()]
        training = sizes[0] if len(sizes) > 1 else None
        test = sum(sizes[2:])
        return Facts.simple(self.title, shape, plan.classes, (), sum(sizes), training, streamed=True, own_test=test)

    def glance(self, base: Path | None) -> Data | None:
        root = located(self.path, base, "folder of recordings", folder=True)
        try:
            paths = first_recordings(root)
            plan = self._first_plan(root, base, paths) if paths else None
        except OSError:
            return None  # whoever reads it says why
        read = read_first(plan.recordings, partial(self._read, top=plan.top)) if plan else []
        if plan is None or not read:
            return None
        plan = plan._replace(parts={"": [item for item, _ in read]})
        return self.as_one(self._raw(plan, [frames for _, frames in read], named=False))

    def _first_plan(self, root: Path, base: Path | None, paths: list[str]) -> Plan | None:
        """The beginnings of some recordings; None where none has a label at once."""
        how = self._how(root, paths, parts=1)
        if how == LIST and self._list(root, base).stat().st_size > QUICK_LIST:
            return None
        suffix = os.path.splitext(paths[0])[1].lower()
        items = list(self._look(paths, suffix, self._labels_by(how, root, base), {}, None))
        items = [item for item in items if item.bins == items[0].bins]
        labels = {item.path: read_labels(item)[:FRAMES] for item in items} if how == FRAME else {}
        names = {name for item in items for name in labels.get(item.path, [item.label])}
        top = min((item.layout[2] for item in items if item.layout), default=0) / 2
        first = [beginning(item, self.window, self.hop) for item in items]
        return Plan(root, {"": first}, in_order(names), suffix, how, top, {}, labels) if first else None

    def read_arrays(self, base: Path | None, progress: Progress | None) -> Raw:
        plan = self._plan(base, progress)
        total = sum(item.frames for item in plan.recordings)
        bins = plan.recordings[0].bins
        check_memory(f"{total:,} frames of {bins:,} bins", 8 * total * bins, "Use fewer recordings.")
        recordings = list(self._frames(plan, progress))
        return self._raw(plan, recordings, self._are_named(plan, base))

    def _raw(self, plan: Plan, recordings: list[NDArray[np.float32]], named: bool) -> Raw:
        """The windows of frames that were read, with the names of their recordings if they are ``named``."""
        import numpy as np

        from studio.data.frames.waves import Waves
        from studio.data.frames.windows import Windows, laid_out

        table, starts, groups, ends = laid_out(recordings, self.context)
        numbers = {name: number for number, name in enumerate(plan.classes)}
        labels = [numbers[name] for item in plan.recordings for name in labels_of(item, plan)]
        parts = [sum(item.frames for item in part) for part in plan.parts.values()]
        y, width = np.array(labels, np.int64), 2 * self.context + 1
        sounds = [(item.path, item.layout, self.window, self.hop) for item in plan.recordings if item.layout]
        waves = Waves(sounds, ends, len(table)) if sounds else None
        windows = [Windows(table, starts[rows], groups[rows], ends, width, waves) for rows in _runs(parts)]
        targets = [y[rows] for rows in _runs(parts)]
        x: Any = RawColumn(y).with_parts(windows)  # type: ignore[arg-type]  # which stand for the arrays of the windows
        return Raw(
            {"x": x},
            {"y": RawColumn(y, classes=plan.classes).with_parts(targets)},
            self._warnings(plan),
            split_by=groups if len(parts) == 1 else None,
            found={"top": plan.top},
            names=self._names(plan) if named else None,
        )

    def _are_named(self, plan: Plan, base: Path | None) -> bool:
        """Whether lists name recordings, of data that has no parts of its own."""
        return len(plan.parts) == 1 and self.lists(base).by_name

    def _names(self, plan: Plan) -> list[str]:
        """The name of the recording of each frame."""
        return [name for item in plan.recordings for name in [name_below(item.path, str(plan.root))] * item.frames]

    def read_source(self, base: Path | None) -> str:
        from studio.data.frames.spectrogram import frame_count, frame_lengths, mel_filters, mel_frames
        from studio.data.frames.wav import wav_layout, wav_samples
        from studio.data.frames.windows import SOURCE, laid_out
        from studio.data.script import function_source, parts_source

        plan = self._plan(base, None)
        sound = plan.suffix == ".wav"
        functions: list[Callable[..., object]] = [recording_files, stem_of]
        functions += [wav_layout, wav_samples, frame_lengths, frame_count, mel_filters, mel_frames] if sound else []
        functions += LABEL_FUNCTIONS[plan.how]
        frames = "np.load(path).astype(np.float32)"
        if sound:
            settings = f"{self.window!r}, {self.hop!r}, {self.mel_bins}, {self.log!r}, {plan.top!r}"
            frames = f"mel_frames(path, wav_layout(path), {settings})"
        parts = [
            f"read_part(os.path.join(FOLDER, {literal(name)}))" if name else "read_part(FOLDER)" for name in plan.parts
        ]
        labels = LABELING[plan.how].format(part=self.name_part)
        named = self._are_named(plan, base)
        noted = "\n        names += [name_below(path, FOLDER)] * len(frames)" if named else ""
        functions += [name_below] if named else []
        how = {"noted": noted, "names": ", names" if named else "", "begun": NAMED if named else UNNAMED}
        reading = PART.format(suffix=plan.suffix, frames=frames, labels=labels, **how)
        reading += parts_source(READ, parts, "all recordings")
        sources = [function_source(function) for function in (*functions, laid_out)]
        return "\n\n".join((self._constants(plan, base), *sources, SOURCE.strip() + "\n", reading.strip()))

    def _constants(self, plan: Plan, base: Path | None) -> str:
        lines = ["import csv", "import os", "import re", "import struct", "import unicodedata", ""]
        needed = {"struct": plan.suffix == ".wav", "csv": plan.how == LIST, "re": plan.how == NAME}
        lines = [line for line in lines if needed.get(line.removeprefix("import "), True)]
        lines += statement(0, f"FOLDER = {literal(str(plan.root))}")
        lines += statement(0, f"CLASSES = {literal(list(plan.classes))}")
        left_out = [stem_of(path, str(plan.root)) for path in plan.left_out]
        lines += statement(0, f"LEFT_OUT = {literal(left_out)}")
        if plan.how == LIST:
            lines += statement(0, f"LABEL_LIST = {literal(str(self._list(plan.root, base)))}")
        if plan.how == FRAME:
            lines += statement(0, f"LABEL_FOLDER = {literal(str(self._folder(plan.root, base)))}")
        return "\n".join((*lines, f"CONTEXT = {self.context}", ""))

    def _plan(self, base: Path | None, progress: Progress | None) -> Plan:
        root = located(self.path, base, "folder of recordings", folder=True)
        parts = parts_of(root)
        files = {name: recording_files(str(root / name), ".wav") for name in parts}
        suffix = ".wav" if any(files.values()) else ".npy"
        if suffix == ".npy":
            files = {name: recording_files(str(root / name), suffix) for name in parts}
        count = sum(map(len, files.values()))
        if not 0 < count <= MOST_FILES:
            raise DataError(f"{root.name}: expected WAV or NPY files, found {count:,}. Choose a folder of recordings.")
        how = self._how(root, [path for paths in files.values() for path in paths], len(parts))
        label = self._labels_by(how, root, base)
        left_out: dict[str, str] = {}
        found = {name: list(self._look(paths, suffix, label, left_out, progress)) for name, paths in files.items()}
        kept = [item for part in found.values() for item in part]
        if not kept or not all(found.values()):
            first = next(iter(left_out.items()), ("", "none is there"))
            name = os.path.basename(first[0]) or root.name
            raise DataError(f"{root.name}: none of {count:,} recordings can be used. First: {name} ({first[1]}).")
        top = min((item.layout[2] for item in kept if item.layout), default=0) / 2
        self._check_bins(root.name, kept, top)
        labels = {item.path: read_labels(item) for item in kept} if how == FRAME else {}
        names = {name for item in kept for name in labels.get(item.path, [item.label])}
        return Plan(root, found, in_order(names), suffix, how, top, left_out, labels)

    def _labels_by(self, how: str, root: Path, base: Path | None) -> Callable[[str], str]:
        """What tells the label of a recording by its path, "" for none."""
        listed = listed_labels(str(self._list(root, base))) if how == LIST else {}
        folder = str(self._folder(root, base)) if how == FRAME else ""
        ways: dict[str, Callable[[str], str]] = {
            FOLDER: folder_of,
            NAME: partial(name_part, part=self.name_part),
            LIST: lambda path: listed_label(listed, stem_of(path, str(root))),
            FRAME: lambda path: label_file(path, str(root), folder),
        }
        return ways[how]

    def _look(
        self,
        paths: list[str],
        suffix: str,
        label: Callable[[str], str],
        left_out: dict[str, str],
        progress: Progress | None,
    ) -> Iterator[Recording]:
        """The recordings that can be used, of what their headers tell; why others can't goes into ``left_out``."""
        for number, path in enumerate(paths):
            if progress and number % 100 == 0:
                progress(0, len(paths))  # so that it can be left
            try:
                found = self._header(path, suffix)._replace(label=label(path))
            except (OSError, ValueError, DataError) as error:
                left_out[path] = getattr(error, "strerror", None) or str(error)
                continue
            if not found.frames:
                left_out[path] = "shorter than a frame"
            elif not found.label:
                left_out[path] = "it has no label"
            else:
                yield found

    def _header(self, path: str, suffix: str) -> Recording:
        from studio.data.formats.npy import Place, header
        from studio.data.frames.spectrogram import frame_count
        from studio.data.frames.wav import wav_layout

        if suffix == ".wav":
            layout = wav_layout(path)
            return Recording(path, frame_count(layout, self.window, self.hop), self.mel_bins, "", layout)
        shape, dtype = header(Place(Path(path)))
        if len(shape) != 2 or dtype.kind not in "biuf":
            raise ValueError("not numbers of time × bins")
        return Recording(path, shape[0], shape[1], "", None)

    def _check_bins(self, name: str, recordings: list[Recording], top: float) -> None:
        """Raise `DataError` where spectrograms have other bins than the first, or a band lies between frequencies."""
        first = recordings[0]
        for item in recordings:
            if item.bins != first.bins:
                raise DataError(
                    f"{name}: expected {first.bins:,} bins as in {Path(first.path).name}, found {item.bins:,} in "
                    f"{Path(item.path).name}. Store all spectrograms with the same bins."
                )
        from studio.data.frames.spectrogram import frame_lengths, mel_filters

        for rate in {item.layout[2] for item in recordings if item.layout}:
            size = 1 << frame_lengths(rate, self.window, self.hop)[0].bit_length()
            empty = int((mel_filters(rate, size, self.mel_bins, top).max(0) == 0).sum())
            if empty:
                raise DataError(
                    f"{name}: {self.mel_bins:,} mel bins are too many for a window of {self.window:g} ms at {rate:,} "
                    f"Hz: {empty:,} would be empty. Set fewer mel bins or a longer window."
                )

    def _frames(self, plan: Plan, progress: Progress | None) -> Iterator[NDArray[np.float32]]:
        """The frames of each recording, in order."""
        import numpy as np

        work = partial(self._read, top=plan.top)
        recordings = plan.recordings
        for number, frames in enumerate(in_threads(work, recordings, min(8, os.cpu_count() or 1))):
            name = Path(recordings[number].path).name
            if isinstance(frames, str):
                raise DataError(f"{plan.root.name}: {name} could not be read: {frames}. Leave it out.")
            if not np.isfinite(frames).all():
                raise DataError(f"{plan.root.name}: {name} holds NaN or infinite numbers. Mend it or leave it out.")
            if progress and (number % 20 == 0 or number + 1 == len(recordings)):
                progress(number + 1, len(recordings))
            yield frames

    def _read(self, item: Recording, top: float) -> NDArray[np.float32] | str:
        """The frames of a recording, or why they can't be read."""
        import numpy as np

        from studio.data.formats.arrays.door import read_array
        from studio.data.formats.npy import Place
        from studio.data.frames.spectrogram import mel_frames

        try:
            if item.layout:
                return mel_frames(item.path, item.layout, self.window, self.hop, self.mel_bins, self.log, top)
            with np.errstate(over="ignore"):  # what overflows is infinite and found
                return read_array(Place(Path(item.path)))[: item.frames].astype(np.float32)
        except (OSError, ValueError, DataError, MemoryError) as error:
            return getattr(error, "strerror", None) or str(error) or "there is not enough memory"

    def _how(self, root: Path, paths: list[str], parts: int) -> str:
        """Where labels are, found out if nobody says: a list, folders (more than ``parts``), or file names."""
        if self.labels != AUTO:
            return self.labels
        if self.label_list or any((root / name).is_file() for name in LISTS):
            return LIST
        if self.label_folder:
            return FRAME
        return FOLDER if len({os.path.dirname(path) for path in paths}) > parts else NAME

    def _list(self, root: Path, base: Path | None) -> Path:
        found = next((root / name for name in LISTS if (root / name).is_file()), root / LISTS[0])
        place = located(self.label_list or str(found), base, "list of labels")
        if place.stat().st_size > LARGEST_LIST:
            raise DataError(f"{place.name}: expected a list of labels, found a file of over 67 MB. Choose another.")
        return place

    def _folder(self, root: Path, base: Path | None) -> Path:
        return located(self.label_folder, base, "folder of labels", folder=True) if self.label_folder else root

    def _warnings(self, plan: Plan) -> tuple[str, ...]:
        if not plan.left_out:
            return ()
        named = [f"{stem_of(path, str(plan.root))} ({why})" for path, why in islice(plan.left_out.items(), 5)]
        more = ", …" if len(plan.left_out) > 5 else ""
        return (f"{counted(len(plan.left_out), 'recording')} left out: {', '.join(named)}{more}",)


def _runs(sizes: list[int]) -> list[slice]:
    ends = [sum(sizes[: place + 1]) for place in range(len(sizes))]
    return [slice(end - size, end) for size, end in zip(sizes, ends, strict=True)]
