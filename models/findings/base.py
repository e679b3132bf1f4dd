"""The registries of checks and mends: what each needs to know, and smallest examples that show what it finds.

A check is one function of a document, and of one thing more that is known where it asks for that: the facts of the
data, the devices of this computer, a run. It yields findings; its name is their code. What may become known is open:
checks about a new kind of knowledge name its type, and `models.checks.findings` is given a value of it.

One that looks at layers asks for no more than a network with its analysis and is marked with `check_layers`: it looks
into blocks, too. It goes through them `in_pieces` and yields `REST` before each, so that the window lives on however
large the network is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from models.document import Document
from models.findings.example import Example
from models.findings.finding import Finding, Mend
from models.findings.inside import Analyzed
from models.network import Node

REST = None
"""What a check yields where it may be left for a while; it is not asked again once the document has changed."""
_PIECE = 500
K = TypeVar("K")
Found = Iterable[Finding | None]
"""Findings, and rests between them."""
Check = Callable[[Document], Found]
LayerCheck = Callable[[Analyzed], Found]
Mender = Callable[[Analyzed, Finding], Iterable[Mend]]


class Registered(NamedTuple):
    """A check: the type of what it must know beside the document (None for nothing), its two examples, and whether it
    looks at the layers of blocks, too."""

    code: str
    about: type | None
    look: Callable[..., Found]
    finds: Example
    passes: Example
    inside: bool = False
    learn: str = ""
    """A page that says more."""

    def found(self, document: Document, known: Iterable[object] = ()) -> Iterator[Finding | None]:
        """What it finds, given whatever is known, with its rests."""
        told = [(document,)] if self.about is None else [(document, item) for item in known if self._is_about(item)]
        for given in told:
            yield from self._named(self.look(*given))

    def found_in(self, part: Analyzed) -> Iterator[Finding | None]:
        """What one that looks at layers finds among those of a network."""
        return self._named(self.look(part))

    def _named(self, found: Found) -> Iterator[Finding | None]:
        for finding in found:
            yield finding and replace(finding, code=self.code, learn=self.learn)

    def _is_about(self, item: object) -> bool:
        return self.about is not None and isinstance(item, self.about)


class RegisteredMender(NamedTuple):
    """What mends findings of a remedy or code, and an example in which it offers a mend."""

    remedy: str
    mends: Mender
    example: Example


CHECKS: dict[str, Registered] = {}
"""By the code of what they find."""
MENDERS: dict[str, RegisteredMender] = {}
"""By the remedy that an issue asks for, or by the code of a finding."""


def in_pieces(part: Analyzed) -> Iterator[list[Node]]:
    """The layers of a network in document order, in lists that are small work each."""
    nodes = iter(part.network)
    while piece := list(islice(nodes, _PIECE)):
        yield piece


def check(*, finds: Example, passes: Example, learn: str = "") -> Callable[[Check], Check]:
    """Decorator: a function that finds something in a document, whatever else is known.

    ``learn`` is the address of a page that says more.
    """

    def register(function: Check) -> Check:
        _register(function, None, finds, passes, learn=learn)
        return function

    return register


def check_layers(*, finds: Example, passes: Example, learn: str = "") -> Callable[[LayerCheck], LayerCheck]:
    """Decorator: a function that finds something among the layers of a network, the main one or what a block is made
    of."""

    def register(function: LayerCheck) -> LayerCheck:
        _register(function, None, finds, passes, inside=True, learn=learn)
        return function

    return register


def check_of(
    about: type[K], *, finds: Example, passes: Example, learn: str = ""
) -> Callable[[Callable[[Document, K], Found]], Callable[[Document, K], Found]]:
    """Decorator: a function that finds something in a document and a thing of type ``about``, once that is known."""

    def register(function: Callable[[Document, K], Found]) -> Callable[[Document, K], Found]:
        _register(function, about, finds, passes, learn=learn)
        return function

    return register


def mends(remedy: str, *, example: Example) -> Callable[[Mender], Mender]:
    """Decorator: a function that gives the mends of findings with that remedy or code."""

    def register(function: Mender) -> Mender:
        if remedy in MENDERS:
            raise ValueError(f"There are already mends for ‘{remedy}’.")
        MENDERS[remedy] = RegisteredMender(remedy, function, example)
        return function

    return register


def _register(
    function: Callable[..., Any],
    about: type | None,
    finds: Example,
    passes: Example,
    *,
    inside: bool = False,
    learn: str = "",
) -> None:
    code = function.__name__.replace("_", "-")
    if code in CHECKS:
        raise ValueError(f"There is already a check called ‘{code}’.")
    CHECKS[code] = Registered(code, about, function, finds, passes, inside, learn)
