"""What a document tells of its files: read without trust, compared, brought up to date."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from models.data.held import FilesNow, Held, changed, held, noted

DIGESTS = st.sampled_from(["a" * 64, "b" * 64])
CONTENTS = st.builds(Held, st.sampled_from(["x.csv", "y.csv"]), DIGESTS, st.integers(0, 9), st.integers(0, 2))
FILES = st.dictionaries(st.sampled_from(["path", "y_path", "masks"]), CONTENTS)


@given(FILES)
def test_what_was_noted_is_read_back_and_has_not_changed(now: dict[str, Held]) -> None:
    section = noted({}, FilesNow(now))
    assert held(section) == now
    assert list(changed(section, FilesNow(now))) == []
    assert noted(section, FilesNow(now)) == section


@given(FILES, FILES)
def test_only_what_bears_its_name_and_holds_something_else_has_changed(
    before: dict[str, Held], now: dict[str, Held]
) -> None:
    section = noted({}, FilesNow(before))
    found = set(changed(section, FilesNow(now)))
    both = before.keys() & now.keys()
    assert found == {name for name in both if before[name].name == now[name].name and before[name] != now[name]}
    kept = noted(section, FilesNow(now))
    assert set(changed(kept, FilesNow(now))) == found, "what has changed stays to be told of"
    assert list(changed(noted(section, FilesNow(now), now), FilesNow(now))) == []
    assert held(kept).keys() == before.keys() | now.keys()


def test_a_size_alone_tells_of_change_but_is_not_noted() -> None:
    section = noted({}, FilesNow({"path": Held("x.csv", "a" * 64, 5)}))
    grown, same = (FilesNow({"path": Held("x.csv", "", size)}) for size in (6, 5))
    assert list(changed(section, grown)) == ["path"] and list(changed(section, same)) == []
    assert noted({}, grown) == {} and noted(section, grown, ["path"]) == section


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.text(max_size=3) | st.just("a" * 64),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(Held._fields), inner, max_size=4),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=3), JSON, max_size=3))
def test_whatever_a_file_says_is_an_entry_or_none(section: dict[str, Any]) -> None:
    for setting, content in held(section).items():
        assert setting in section and content.bytes >= 0 <= content.files and len(content.sha256) == 64
