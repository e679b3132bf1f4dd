"""How texts become tokens: the settings, one kind for words, characters and bytes each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from models.specs.fields import Bool, Choice, Int, Text
from models.specs.lists import Entries, SpecList
from models.specs.spec import Registry, Spec

if TYPE_CHECKING:
    from studio.data.texts.tokens import Numbering

WORDS, CHARACTERS, BYTES = "words", "characters", "bytes"
END, START = "end", "start"
LOWERCASE = Bool(True, help="Capitals count as small letters.")
LENGTH = Int(64, minimum=1, maximum=65_536, help="Longer texts are cut at the end, shorter ones padded.", unit="tokens")
PADDING = Choice(END, (END, START), help="Where zeros fill short texts.", advanced=True)
VOCABULARY = Int(
    10_000, minimum=3, maximum=1_000_000, help="At most so many IDs; 0 is padding, 1 an unknown token.", unit="IDs"
)
RAREST = Int(
    1, minimum=1, maximum=1_000_000, label="Rarest", help="Tokens with fewer occurrences in training are unknown."
)


class Tokens(Spec):
    """Base of ways to make tokens of the texts in a column of a table."""

    column = Text(label="Column", help="The name of the column; all columns of texts where empty.")
    length, lowercase, vocabulary, rarest, padding = LENGTH, LOWERCASE, VOCABULARY, RAREST, PADDING

    @property
    def numbering(self) -> Numbering:
        """How its tokens get their IDs behind the split."""
        from studio.data.texts.tokens import Numbering

        return Numbering(self.vocabulary, self.rarest)

    @property
    def told(self) -> tuple[int, str, bool, bool]:
        """What `studio.data.texts.tokens.token_rows` is told behind the texts."""
        return self.length, self.kind, self.lowercase, self.padding == START


TOKENS: Registry[Tokens] = Registry("tokens")


@TOKENS.register
class Words(Tokens, kind=WORDS):
    """Words and signs."""

    title = "Words"
    help = "Words and signs: don't, stop and ! are three tokens."


@TOKENS.register
class Characters(Tokens, kind=CHARACTERS):
    """Characters."""

    title = "Characters"
    help = "Each character is a token, blanks and signs as well; a letter with its mark is one."


@TOKENS.register
class Bytes(Tokens, kind=BYTES):
    """The bytes of UTF-8."""

    title = "Bytes"
    help = "The bytes of UTF-8: at most 256 tokens, and none of them is ever unknown."


def tokens_for(entries: Entries, name: str) -> Tokens:
    """How the texts of a column become tokens: as the last entry for it says, else one for all columns, else words."""
    found = cast(Sequence[Tokens], [spec for spec, on in entries if on])
    own = [item for item in found if item.column.strip() == name]
    every = [item for item in found if not item.column.strip()]
    return (own or every or [Words()])[-1]


def unknown_column(entries: Entries, names: Sequence[str]) -> str:
    """The first column with settings of its own that is not among some; "" where all are."""
    told = (cast(Tokens, spec).column.strip() for spec, on in entries if on)
    return next((name for name in told if name and name not in names), "")


def tokens_field() -> SpecList:
    """The setting of a table that holds one entry for each column whose texts are not taken as usual."""
    return SpecList(
        TOKENS,
        longest=100,
        empty="Words, 64 a text",
        label="Texts",
        help="How columns of texts become tokens, where these are not 64 words: one entry for a column, or for all.",
    )
