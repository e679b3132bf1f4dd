"""Functions as text for scripts: what stays and what is left out."""

from __future__ import annotations

import functools

import pytest

from models.codegen.portable import functions_in, portable

SOURCE = '''
LIMIT = 3


@cached
def short(value: int, *rest: float, name: str = "x") -> int:
    """Says what it does."""
    total = value  # type: ignore[no-untyped-call]
    return total  # a remark stays


def second(a_rather_long_name, another_rather_long_name, a_third_rather_long_name, fourth_one):
    return None
'''


def test_annotations_and_notes_to_type_checkers_go_and_the_rest_stays() -> None:
    short, second = functions_in(SOURCE).values()
    assert short == (
        '@cached\ndef short(value, *rest, name="x"):\n    """Says what it does."""\n'
        "    total = value\n    return total  # a remark stays\n"
    )
    head, parameters, end, body = second.splitlines()
    assert (head, end, body) == ("def second(", "):", "    return None")
    assert len(parameters) <= 88


class Holder:
    """Keeps a function inside."""

    @staticmethod
    def double(value: float) -> float:
        """Twice the value."""
        return 2 * value


def test_a_static_method_becomes_a_function_of_another_name() -> None:
    text = portable(Holder.double, "twice")
    assert text == 'def twice(value):\n    """Twice the value."""\n    return 2 * value\n'
    names: dict[str, functools.partial[float]] = {}
    exec(text, names)
    assert names["twice"](4) == 8


def test_what_has_no_name_is_refused() -> None:
    with pytest.raises(ValueError, match="expected functions with names"):
        functions_in("value = 3")
