"""Other words for the same: statements that people write, as generated code has them."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from models.sources.syntax.outline import attribute_of

TRAINING = "training"
"""The attribute of every module that tells functions whether it is trained: layers know."""
_SPELLINGS: Mapping[str, str] = {"view": "reshape", "concat": "cat", "concatenate": "cat"}
_METHODS = frozenset(
    {"mean", "sum", "amax", "chunk", "split", "squeeze", "unsqueeze", "permute", "reshape", "transpose"}
)
"""Functions of torch that generated code has as methods."""
_SAME = frozenset({"contiguous", "clone"})
"""Methods that only say where numbers lie in memory."""


def respelled(node: ast.expr) -> ast.expr | None:
    """An expression as generated code has it, where it is other words for the same; else None."""
    if isinstance(node, ast.Subscript):
        return _without_slices(node)
    match node:
        case ast.Call(ast.Attribute(tensor, word), [], []) if word in _SAME:
            return tensor
        case ast.Call(ast.Attribute(ast.Name("torch"), word), [tensor, *rest]) if word in _METHODS:
            return _call(node, tensor, word, rest, node.keywords)
        case ast.Call(ast.Attribute(tensor, word), args) if word in _SPELLINGS:
            return respelled(_call(node, tensor, _SPELLINGS[word], args, node.keywords)) or _call(
                node, tensor, _SPELLINGS[word], args, node.keywords
            )
        case ast.Call(ast.Attribute(tensor, "mean" | "sum" | "amax" as word), [dims], []):
            return _call(node, tensor, word, [], [ast.keyword("dim", dims)])
        case ast.Call(ast.Attribute(tensor, word), [ast.Tuple() | ast.List() as many, dim], words):
            return _call(node, tensor, word, [many], [*words, ast.keyword("dim", dim)])
    return None


def _call(
    node: ast.expr, tensor: ast.expr, word: str, args: Sequence[ast.expr], words: Sequence[ast.keyword]
) -> ast.Call:
    """A call of a method, at the place of another expression."""
    made = ast.Call(ast.Attribute(tensor, word, ast.Load()), list(args), list(words))
    return ast.fix_missing_locations(ast.copy_location(made, node))


def _without_slices(node: ast.Subscript) -> ast.expr | None:
    """``x[:, -1, :]`` as ``x[:, -1]``."""
    items = node.slice.elts if isinstance(node.slice, ast.Tuple) else []
    count = len(items)
    while count > 2 and ast.unparse(items[count - 1]) == ":":
        count -= 1
    if count == len(items):
        return None
    made = ast.Subscript(node.value, ast.Tuple(items[:count], ast.Load()), ast.Load())
    return ast.fix_missing_locations(ast.copy_location(made, node))


def largest(node: ast.expr) -> ast.expr | None:
    """``x.max(dim=1)[0]`` as ``x.amax(dim=1)``: nobody asks where that is."""
    match node:
        case ast.Subscript(ast.Call(ast.Attribute(ast.Name("torch"), "max"), [tensor, *dims], words), ast.Constant(0)):
            pass
        case ast.Subscript(ast.Call(ast.Attribute(tensor, "max"), dims, words), ast.Constant(0)):
            pass
        case _:
            return None
    return _call(node, tensor, "amax", [], [*(ast.keyword("dim", dim) for dim in dims), *words])


def without_batch(node: ast.expr) -> ast.expr | None:
    """``x.view(x.size(0), -1)`` as a flattening, and other first sizes of the batch as -1; else None. Of several sizes
    one that is looked up, too, is what is left."""
    match node:
        case ast.Call(ast.Attribute(tensor, "view" | "reshape"), [size, *others], []) if is_batch(size):
            if len(others) == 1 and (is_size(others[0]) or ast.unparse(others[0]) == "-1"):
                function = ast.Attribute(ast.Name("torch", ast.Load()), "flatten", ast.Load())
                made = ast.Call(function, [tensor, ast.Constant(1)], [])
                return ast.fix_missing_locations(ast.copy_location(made, node))
            left = [place for place, other in enumerate(others) if is_size(other)]
            rest = [ast.UnaryOp(ast.USub(), ast.Constant(1)) if place in left else o for place, o in enumerate(others)]
            if len(left) <= 1:
                return _call(node, tensor, "reshape", [ast.UnaryOp(ast.USub(), ast.Constant(1)), *rest], [])
    return None


def is_batch(size: ast.expr) -> bool:
    """Whether an expression is how many examples there are: ``x.size(0)``, ``x.shape[0]``."""
    match size:
        case ast.Call(ast.Attribute(ast.Name(), "size"), [ast.Constant(0)], []):
            return True
        case ast.Subscript(ast.Attribute(ast.Name(), "shape"), ast.Constant(0)):
            return True
    return False


def is_size(node: ast.expr) -> bool:
    """Whether an expression is a size of a tensor, or arithmetic with one."""
    match node:
        case ast.Call(ast.Attribute(_, "size")) | ast.Subscript(ast.Attribute(_, "shape")):
            return True
        case ast.BinOp(left, _, right):
            return is_size(left) or is_size(right)
    return False


def permuted(node: ast.expr, rank: int) -> ast.expr | None:
    """``x.transpose(1, 2)`` of a tensor of so many dimensions as ``x.permute(0, 2, 1)``; else None."""
    match node:
        case ast.Call(ast.Attribute(tensor, "transpose" | "swapaxes" | "swapdims"), [first, second], []):
            places = [_place(each, rank) for each in (first, second)]
            if None in places or 0 in places:
                return None
            dims = list(range(rank))
            one, other = (place for place in places if place is not None)
            dims[one], dims[other] = other, one
            return _call(node, tensor, "permute", [ast.Constant(dim) for dim in dims], [])
    return None


def _place(node: ast.expr, rank: int) -> int | None:
    try:
        number = ast.literal_eval(node)
    except ValueError:
        return None
    return number % rank if isinstance(number, int) and -rank <= number < rank else None


def flattened(node: ast.expr, total: int) -> ast.expr | None:
    """``x.view(-1, 16 * 5 * 5)`` of a tensor of so many numbers as a flattening; else None."""
    match node:
        case ast.Call(ast.Attribute(tensor, "view" | "reshape"), [rest, ast.Constant(size)], []):
            if ast.unparse(rest) == "-1" and size == total:
                function = ast.Attribute(ast.Name("torch", ast.Load()), "flatten", ast.Load())
                made = ast.Call(function, [tensor, ast.Constant(1)], [])
                return ast.fix_missing_locations(ast.copy_location(made, node))
    return None


def widened(node: ast.expr, rank: int) -> ast.expr | None:
    """``x.view(b, c, 1, 1)`` of a tensor of two dimensions with sizes of 1 behind them; else None."""
    match node:
        case ast.Call(ast.Attribute(tensor, "view" | "reshape"), [size, channels, *ones], []) if is_batch(size):
            if rank == 2 and ones and is_size(channels) and all(ast.unparse(each) == "1" for each in ones):
                last = ast.UnaryOp(ast.USub(), ast.Constant(1))
                for _ in ones:
                    tensor = _call(node, tensor, "unsqueeze", [last], [])
                return tensor
    return None


def stretched(node: ast.expr) -> ast.expr | None:
    """``x * y.expand_as(x)`` as ``x * y``; else None."""
    if not isinstance(node, ast.BinOp):
        return None
    match node.left, node.right:
        case whole, ast.Call(ast.Attribute(part, "expand_as"), [like]) if ast.dump(whole) == ast.dump(like):
            return ast.copy_location(ast.BinOp(whole, node.op, part), node)
        case ast.Call(ast.Attribute(part, "expand_as"), [like]), whole if ast.dump(whole) == ast.dump(like):
            return ast.copy_location(ast.BinOp(part, node.op, whole), node)
    return None


def first_alone(statement: ast.Assign) -> ast.Assign | None:
    """``y = self.attention(x, x, x)[0]`` as ``y, _ = self.attention(x, x, x)``; None for other statements."""
    match statement:
        case ast.Assign([target], ast.Subscript(ast.Call(function) as call, ast.Constant(0))) if attribute_of(function):
            both = ast.Tuple([target, ast.Name("_", ast.Store())], ast.Store())
            return ast.fix_missing_locations(ast.copy_location(ast.Assign([both], call), statement))
    return None


def is_silent(statement: ast.stmt) -> bool:
    """Whether a statement computes nothing for others: a text, a look at something, a check."""
    match statement:
        case ast.Expr(ast.Constant()) | ast.Expr(ast.Call(ast.Name("print"))) | ast.Assert():
            return True
    return False


def looped(statement: ast.For) -> ast.Assign | None:
    """``for block in self.blocks: x = block(x)`` as the call of one module that holds them; None for other loops."""
    match statement:
        case ast.For(ast.Name(each), ast.Attribute() as held, [ast.Assign([ast.Name(name)], ast.Call() as call)], []):
            if attribute_of(held) and ast.unparse(call) == f"{each}({name})":
                value = ast.copy_location(ast.Call(held, call.args, []), call)
                return ast.copy_location(ast.Assign([ast.Name(name, ast.Store())], value), statement)
    return None
