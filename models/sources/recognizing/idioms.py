"""Other words for the same: statements that people write, as generated code has them."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from models.sources.syntax.outline import attribute_of

TRAINING = "training"
"""The attribute of every module that tells functions whether it is trained: layers know."""
_SPELLINGS: Mapping[str, str] = {"view": "reshape", "concat": "cat", "concatenate": "cat"}


def respelled(node: ast.expr) -> bool:
    """Write a call as generated code does, where it is another word for the same; tells whether it was."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    changed = node.func.attr in _SPELLINGS
    node.func.attr = _SPELLINGS.get(node.func.attr, node.func.attr)
    several = isinstance(node.args[0], ast.Tuple | ast.List) if len(node.args) == 2 else False
    if several or (len(node.args) == 1 and node.func.attr in {"mean", "sum", "amax"} and not node.keywords):
        node.keywords.append(ast.keyword("dim", node.args.pop()))
        changed = True
    return changed


def without_batch(node: ast.expr) -> bool:
    """Write ``x.view(x.size(0), -1)`` as a flattening and other first sizes of the batch as -1; tells whether so."""
    match node:
        case ast.Call(ast.Attribute(tensor, "view" | "reshape"), [size, *others], []) if _is_batch(size, tensor):
            whole = [ast.unparse(other) for other in others] == ["-1"]
            if whole:
                node.func = ast.copy_location(ast.Attribute(ast.Name("torch", ast.Load()), "flatten"), node)
                node.args = [tensor, ast.copy_location(ast.Constant(1), size)]
            else:
                node.args[0] = ast.copy_location(ast.UnaryOp(ast.USub(), ast.Constant(1)), size)
            ast.fix_missing_locations(node)
            return True
    return False


def _is_batch(size: ast.expr, tensor: ast.expr) -> bool:
    """Whether an expression is how many examples a tensor holds."""
    return ast.unparse(size) in (f"{ast.unparse(tensor)}.size(0)", f"{ast.unparse(tensor)}.shape[0]")


def looped(statement: ast.For) -> ast.Assign | None:
    """``for block in self.blocks: x = block(x)`` as the call of one module that holds them; None for other loops."""
    match statement:
        case ast.For(ast.Name(each), ast.Attribute() as held, [ast.Assign([ast.Name(name)], ast.Call() as call)], []):
            if attribute_of(held) and ast.unparse(call) == f"{each}({name})":
                value = ast.copy_location(ast.Call(held, call.args, []), call)
                return ast.copy_location(ast.Assign([ast.Name(name, ast.Store())], value), statement)
    return None
