"""Other tables as the network of a run takes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.data import DATASETS, DataError
from studio.data.data import Column
from studio.data.tables.aligning import Own, as_own, told_types, types_of

HEAD = "age,sex,joined,kind\n"
ROWS = "".join(
    f"{'' if i % 7 == 3 else 20 + i},{'fm'[i % 2]},2024-0{1 + i % 9}-11,{'ab'[i % 3 > 0]}\n" for i in range(40)
)


def column(folder: Path, content: str, run: Own | None = None) -> Column:
    (folder / "data.csv").write_text(content)
    settings = told_types({"source": "csv", "path": "data.csv"}, run.features if run else ())
    dataset = DATASETS["csv"](**{name: value for name, value in settings.items() if name != "source"})
    data = dataset.load_whole(folder) if run else dataset.load(folder)
    return data.first_input


@pytest.fixture
def run(tmp_path: Path) -> Own:
    own = column(tmp_path, HEAD + ROWS)
    assert own.mean is not None and own.std is not None
    return Own((own.mean, own.std), own.features, own.middle)


def test_a_single_row_is_read_as_the_run_read_its_own(tmp_path: Path, run: Own) -> None:
    found = as_own(column(tmp_path, HEAD + "31,m,2024-02-03,a\n", run), run, "new.csv")
    assert found.features == run.features
    assert dict(zip(found.features, found.train[0].tolist(), strict=True)) == {
        "age": 31,
        "sex=f": 0,
        "sex=m": 1,
        "joined year": 2024,
        "joined month": 2,
        "joined day": 3,
        "joined weekday": 5,
    }
    assert found.mean is run.ends[0]  # type: ignore[index]


def test_columns_in_another_order_are_put_into_the_runs(tmp_path: Path, run: Own) -> None:
    rows = "sex,joined,age,kind\nf,2024-05-06,44,a\nm,2024-05-07,45,b\n"
    found = as_own(column(tmp_path, rows, run), run, "new.csv")
    assert found.train[:, :3].tolist() == [[44, 1, 0], [45, 0, 1]]


def test_gaps_are_filled_as_those_of_the_run_were(tmp_path: Path, run: Own) -> None:
    other = column(tmp_path, HEAD + ",f,2024-05-06,a\n90,m,2024-05-06,b\n", run)
    assert other.train[0, 0] == 90  # its own median
    found = as_own(other, run, "new.csv")
    assert found.train[:, 0].tolist() == [run.middle[0], 90]  # type: ignore[index]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("sex,joined,kind\nf,2024-05-06,a\n", "no column “age”"),
        (HEAD + "3,x,2024-05-06,a\n4,f,2024-05-06,a\n", "has “sex=x”, which the network never learned"),
    ],
)
def test_what_the_network_never_saw_is_a_sentence(tmp_path: Path, run: Own, content: str, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        there = run if "age" in content else run._replace(features=run.features[1:])
        as_own(column(tmp_path, content, there), run, "new.csv")


def test_types_are_told_by_the_names_of_numbers() -> None:
    features = ["age", "a=b=c", "born year", "born month", "born day", "born weekday", "last month"]
    assert types_of(features) == {"age": "number", "a=b": "category", "born": "date", "last month": "number"}
    features = ("zip=1", "zip=2")
    assert told_types({"source": "csv", "types": {"zip": "number"}}, features)["types"] == {"zip": "number"}
    assert told_types({"source": "csv"}, features)["types"] == {"zip": "category"}
    assert told_types({"source": "numpy"}, features) == {"source": "numpy"}
    assert told_types({"source": "csv"}, ()) == {"source": "csv"}
