from __future__ import annotations

import pytest

from models.codegen.module import generate
from models.document import Document
from models.sources.arguments import call_splices
from models.sources.plain.outlining import outline
from models.sources.recognizing.base import Base, bases
from models.storage import templates


@pytest.fixture(scope="module")
def base() -> Base:
    document: Document = templates.load("lenet5")
    return bases(document, generate(document.network, document.analysis, "Net"))["Net"]


def woven(mine: str, its: str, base: Base) -> str:
    """A call brought up to date."""
    found, other = outline(f"x = {mine}  # é"), outline(f"x = {its}")
    calls = [part.tree.body[0].value for part in (found, other)]  # type: ignore[attr-defined]
    text = found.text.spliced(call_splices(found.text, calls[0], other.text, calls[1], base))
    assert text.endswith("  # é")
    return text.removeprefix("x = ").removesuffix("  # é")


@pytest.mark.parametrize(
    ("mine", "its", "wanted"),
    [
        ("nn.Conv2d( 3,16, 3 )", "nn.Conv2d(3, 16, kernel_size=3)", "nn.Conv2d( 3,16, 3 )"),
        ("nn.Conv2d( 3,16, 3 )", "nn.Conv2d(4, 16, kernel_size=3)", "nn.Conv2d( 4,16, 3 )"),
        ("nn.Conv2d( 3,16, 3 )", "nn.Conv2d(3, 16, kernel_size=(3, 5))", "nn.Conv2d( 3,16, (3, 5) )"),
        ("nn.Conv2d(3, 16, (3, 3))", "nn.Conv2d(3, 16, kernel_size=3)", "nn.Conv2d(3, 16, (3, 3))"),
        ("nn.Linear( 3,4 )", "nn.Linear(3, 4, bias=False)", "nn.Linear( 3,4, bias=False )"),
        ("nn.Linear(3, 4, bias=True)", "nn.Linear(3, 5)", "nn.Linear(3, 5, bias=True)"),
        ("nn.Linear(3, 4, bias=False)", "nn.Linear(3, 4)", "nn.Linear(3, 4)"),
        ("torch.nn.ReLU()", "nn.ReLU()", "torch.nn.ReLU()"),
        ("nn.ReLU( )", "nn.GELU()", "nn.GELU()"),
        ("nn.Linear(2 * 32, 4)", "nn.Linear(64, 4)", "nn.Linear(2 * 32, 4)"),
        ("nn.Linear(2 * 32, 4)", "nn.Linear(65, 4)", "nn.Linear(65, 4)"),
    ],
)
def test_only_what_says_something_else_is_replaced(mine: str, its: str, wanted: str, base: Base) -> None:
    assert woven(mine, its, base) == wanted
