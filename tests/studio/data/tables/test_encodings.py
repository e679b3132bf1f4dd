"""Tables in the encodings of the world: chosen, read to the letter, equal in the script, refused where they differ."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studio.data import DATASETS, DataError, Dataset
from studio.data.formats.csv import ENCODINGS

WORDS = {
    "shift_jis": "東京",
    "gb18030": "北京",
    "big5": "臺北",
    "euc-kr": "서울",
    "cp1251": "Москва",
    "utf-16": "Αθήνα",
}


def table(path: Path, written: str, **settings: Any) -> Dataset:
    word = WORDS.get(written, "Köln")
    rows = "\n".join(f"{number},{word if number % 2 else 'x'}" for number in range(20))
    path.write_bytes(f"{word}1,{word}\n{rows}\n".encode(written))
    return DATASETS["csv"](path=str(path), **settings)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_table_is_read_in_the_encoding_that_is_chosen(tmp_path: Path, encoding: str) -> None:
    dataset = table(tmp_path / "a.csv", encoding, encoding=encoding)
    word = WORDS.get(encoding, "Köln")
    data = dataset.load()
    assert data.target("").classes == ("x", word) or set(data.target("").classes or ()) == {"x", word}
    assert not [remark for remark in data.warnings if "UTF-8" in remark], "it was said"
    names: dict[str, Any] = {}
    exec(compile(dataset.script_source(tmp_path), "script.py", "exec"), names)
    x, y, *_ = names["load_data"]()
    np.testing.assert_array_equal(x, data.splits[0].x)
    np.testing.assert_array_equal(y, data.splits[0].y)


def test_what_is_guessed_names_the_setting_that_mends_it(tmp_path: Path) -> None:
    (warning,) = [each for each in table(tmp_path / "a.csv", "cp1251").load().warnings if "UTF-8" in each]
    assert warning.endswith("If letters are wrong, set encoding.")
    mended = table(tmp_path / "a.csv", "cp1251", encoding="cp1251").load()
    assert "Москва" in (mended.target("").classes or ())


@pytest.mark.parametrize(("written", "chosen"), [("cp1251", "utf-8"), ("latin-1", "shift_jis"), ("utf-16", "utf-8")])
def test_a_file_in_another_encoding_is_refused_with_its_name(tmp_path: Path, written: str, chosen: str) -> None:
    with pytest.raises(DataError, match=r"is not written in .* Set another encoding"):
        table(tmp_path / "a.csv", written, encoding=chosen).load()


def test_the_line_is_told(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_bytes(b"a,b\n" + b"1,x\n" * 600_000 + "2,ж\n".encode("cp1251"))
    with pytest.raises(DataError, match=r"long.csv: line [\d,]+ or one behind it is not written in utf-8"):
        DATASETS["csv"](path=str(path), encoding="utf-8").load()


def test_texts_in_a_column_are_read_in_it_too(tmp_path: Path) -> None:
    """As the setting of the source for texts says, for tables as for files of text."""
    path = tmp_path / "texts.csv"
    rows = "".join(f"Москва и {'Тверь' if row % 2 else 'Псков'},{row % 2}\n" for row in range(30))
    path.write_bytes(f"text,label\n{rows}".encode("cp1251"))
    words = DATASETS["text"](path=str(path), encoding="cp1251").load().inputs[""].vocabulary
    assert "москва" in words and "псков" in words
