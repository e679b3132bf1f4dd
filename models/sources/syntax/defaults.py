"""What constructors say of their arguments."""

from __future__ import annotations

import ast


def argument_defaults(function: ast.FunctionDef | None) -> dict[str, str]:
    """The arguments of a constructor, each with its default as source, "" for none."""
    if function is None:
        return {}
    names = [each.arg for each in function.args.args[1:]]
    defaults = [ast.unparse(each) for each in function.args.defaults]
    return dict(zip(names, [""] * (len(names) - len(defaults)) + defaults, strict=True))


def same_number(one: str, other: str) -> bool:
    """Whether two defaults are the same number, however it is written: 0 and 0.0."""
    try:
        return one == other or bool(ast.literal_eval(one) == ast.literal_eval(other))
    except (ValueError, SyntaxError):
        return False
