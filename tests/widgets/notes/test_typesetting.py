"""One formula as curves: what is drawn, what is refused with a sentence, and that nothing else comes of any text."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from widgets.notes import typesetting
from widgets.notes.typesetting import DEEPEST, LONGEST, UNREADABLE, Drawn, Failed, typeset

pytest.importorskip("ziamath")
SVG = "{http://www.w3.org/2000/svg}"


def drawn(source: str, display: bool = False) -> Drawn:
    found = typeset(source, display)
    assert isinstance(found, Drawn), found
    return found


def test_a_letter_stands_on_its_baseline_and_others_hang_below_it() -> None:
    x, g, half = drawn("x"), drawn("g"), drawn(r"\frac{1}{2}")
    assert 0.4 < x.ascent < 0.6 and abs(x.descent) < 0.05
    assert g.descent > 0.15 and half.ascent > x.ascent and half.descent > g.descent
    assert drawn("x+x").width > 2 * x.width


def test_all_of_it_are_curves_within_what_is_measured() -> None:
    found = drawn(r"\sqrt{x} \le \sum_{i=1}^n \text{rate}")
    kinds = {element.tag.removeprefix(SVG) for element in ElementTree.fromstring(found.svg).iter()}
    assert kinds <= {"svg", "path", "rect", "g"}


def test_a_line_of_its_own_gives_sums_more_room() -> None:
    inline, display = (drawn(r"\sum_{i=1}^n x_i", each) for each in (False, True))
    assert display.ascent + display.descent > 1.3 * (inline.ascent + inline.descent)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (r"\frac{1", "This formula has an error: a brace is missing."),
        (r"\begin{matrix} 1", "This formula has an error: missing end."),
        (r"\left( x", "This formula has an error: extra left or missing right."),
        ("x^", "This formula has an error: missing super script or subscript."),
        (r"\sqrt", "This formula has an error: something is missing."),
        (r"a & b", UNREADABLE),
        (r"\\", "This formula draws nothing."),
        ("x" * (LONGEST + 1), f"This formula is longer than {LONGEST} letters."),
        ("{" * 9 + "}" * 9, f"This formula has more than {DEEPEST} levels in each other."),
        (r"\left(" * 9 + r"\right)" * 9, f"This formula has more than {DEEPEST} levels in each other."),
    ],
)
def test_what_cannot_be_drawn_says_why(source: str, reason: str) -> None:
    assert typeset(source, display=False) == Failed(reason)


@pytest.mark.parametrize("source", [r"\{ x \}", r"x \\ y", r"\left\{ x \right\}", "é", "漢"])
def test_what_only_looks_broken_is_drawn(source: str) -> None:
    drawn(source)


TOKENS = (
    *("{", "}", "^", "_", "&", "x", "1", " ", "<", "#", "$", "\\", "'", "|", "[", "]", "\0", "\ud800", "\n"),
    *(r"\frac", r"\sqrt", r"\left(", r"\right)", r"\begin{matrix}", r"\end{matrix}", r"\\", r"\text{", r"\limits"),
    *(r"\genfrac", r"\hspace{", r"\color", r"\substack", r"\middle", r"\operatorname{a}", r"\rule", r"\overset"),
)


@settings(max_examples=60)
@given(st.lists(st.sampled_from(TOKENS), max_size=10).map("".join))
def test_any_text_is_drawn_or_refused(source: str) -> None:
    found = typeset(source, display=True)
    assert isinstance(found, Drawn) or found.reason.endswith(".")


def test_whether_the_extra_is_there_is_found_without_importing_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert typesetting.is_installed()
    monkeypatch.setattr(typesetting, "find_spec", lambda name: None)
    assert not typesetting.is_installed()
