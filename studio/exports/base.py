"""What every export is: a spec that knows what it is made of, what its files are called, and its settings.

There are four sorts, by what it takes to make one: a document alone (`OfDocument`), the files of a run (`OfRun`), a
worker that holds the run's network (`ByWorker`), or a process apart, with packages of its own (`ByProcess`).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from models.specs.spec import Registry, Spec
from studio.running.apart import Order
from studio.runs.errors import RunError
from studio.runs.probes.question import Question

if TYPE_CHECKING:
    from models.document import Document
    from studio.runs.folder import RunFolder


class ExportError(RunError):
    """What cannot be taken away so; the text is a sentence with what to do."""


class Made(NamedTuple):
    """A file's content, and the layers that are not in it."""

    text: str
    left_out: tuple[str, ...] = ()


class Export(Spec):
    """Base of exports. ``suffix`` ends the name of its file, "" stands for a folder; ``ending`` comes before it where a
    name is proposed; ``files`` is what such files are called in a dialog.

    ``on_request`` tells that a file's name alone does not choose it; ``of_runs`` are settings that concern runs alone.
    """

    suffix: ClassVar[str] = ""
    ending: ClassVar[str] = ""
    files: ClassVar[str] = ""
    on_request: ClassVar[bool] = False
    of_runs: ClassVar[tuple[str, ...]] = ()


class OfDocument(Export):
    """An export of a document, whether it was trained or not."""

    is_whole: ClassVar[bool] = True
    """Whether a network with errors is refused; else it is written as far as it goes."""

    trains: ClassVar[bool] = False
    """Whether what is written reads the data and trains."""

    @abstractmethod
    def made(self, document: Document, place: Path | None, title: str) -> Made:
        """The content; ``place`` is where the document lies, ``title`` names the network. Raises `DataError`,
        `ValueError` with a sentence."""


class OfRun(Export):
    """An export of what a run has learned, made of its files."""

    @abstractmethod
    def write(self, run: RunFolder, checkpoint: str, target: Path) -> list[Path]:
        """Write a file or a folder, with the weights of a checkpoint by its name; gives the places. Raises `RunError`,
        `FileError`."""


class ByWorker(Export):
    """An export of what a run has learned that takes torch: a probe of `studio.worker.probes.exporting` writes it.

    It gets ``path`` and the settings as arguments. Of its answer the facts hold ``wrote`` (places), ``notes``
    (sentences) and ``figures``: for each what it is, and how it was before and after.
    """

    probe: ClassVar[str]
    scores: ClassVar[bool] = False
    """Whether it asks the run's data, which the user may have to allow."""

    def question(self, run: Path, checkpoint: str, target: Path, device: str = "") -> Question:
        """What to ask a worker."""
        arguments = {**self.settings(all_fields=True), "path": str(target)}
        return Question(self.probe, str(run), checkpoint, device=device, arguments=arguments, slot="export")

    def told(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """``wrote``, ``notes`` and ``figures`` of an answer; of a probe that others ask as well, made of its facts."""
        return dict(facts)


class ByProcess(Export):
    """An export of a document or of a run that takes torch and other ``packages``, installed by an ``extra``: a process
    that runs a ``module`` of the worker writes it. Its facts are those of `ByWorker`."""

    module: ClassVar[str]
    packages: ClassVar[tuple[str, ...]] = ()
    extra: ClassVar[str] = ""

    def of_run(self, run: Path, checkpoint: str, target: Path, trust: str = "") -> Order:
        """What the process is to do with what a run has learned."""
        return self._order(target, run=str(run.absolute()), checkpoint=checkpoint, trust=trust)

    def of_document(self, document: Document, place: Path | None, title: str, target: Path) -> Order:
        """What it is to do with a document, which lies at a ``place``. Raises `ValueError` where the weights that its
        training starts from are not there."""
        from models.storage import files
        from studio.running.launch import start_weights

        weights = start_weights(document, place.absolute().parent if place else None)
        return self._order(target, run="", document=files.to_json(document), title=title, weights=weights)

    def _order(self, target: Path, **about: object) -> Order:
        arguments = {**self.settings(all_fields=True), **about, "path": str(target.absolute())}
        return Order(self.module, arguments, self.packages, self.extra)


EXPORTS: Registry[Export] = Registry("export")


def for_file(path: Path, sort: type[Export] = Export) -> type[Export] | None:
    """The kind of export that a file is called like; of a folder there is none."""
    suffix = path.suffix.lower()
    kinds = (kind for kind in EXPORTS.values() if issubclass(kind, sort) and not kind.on_request)
    return next((kind for kind in kinds if suffix and kind.suffix == suffix), None)
