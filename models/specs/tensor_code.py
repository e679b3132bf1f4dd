"""A function over tensors in a closed part of Python: what PyTorch code does that no layer does.

    def roll(x: float[8, 8, 96], bias: weight[96]) -> float[8, 8, 96]:
        a = torch.roll(x, (-3, -3), (1, 2))
        return a + bias

Arguments are values of each example ("float" or "int", their sizes without the batch), weights, and buffers that hold
numbers nobody learns. Statements assign what calls of listed functions of torch and arithmetic give; ``n`` is the batch
size, ``training`` whether the network is being trained. Nothing else is understood: the text is parsed, checked and
written anew, so that no document can name other code.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from models.specs.field import Field
from models.specs.values import FieldError, shown

LONGEST = 20_000
DEEPEST = 60
"""Brackets within brackets."""
VALUES, HELD = ("float", "int"), ("weight", "buffer", "index", "mask")
"""What arguments are: values of examples; and tensors that the layer holds, an ``index`` one of integers,
a ``mask`` one of yes and no."""
BATCH, TRAINING = "n", "training"
OWN = (BATCH, TRAINING)
"""Names that mean something of themselves."""
FUNCTIONS = frozenset({
    "abs", "absolute", "acos", "adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d",
    "adaptive_max_pool1d", "adaptive_max_pool2d", "adaptive_max_pool3d", "add", "addcdiv", "addcmul", "addmm",
    "affine_grid", "all", "alpha_dropout", "amax", "amin", "aminmax", "angle", "any", "arange", "argmax", "argmin",
    "argsort", "asin", "atan", "atan2", "avg_pool1d", "avg_pool2d", "avg_pool3d", "baddbmm", "batch_norm", "bernoulli",
    "bfloat16", "bilinear", "bitwise_and", "bitwise_not", "bitwise_or", "bitwise_xor", "bmm", "bool", "broadcast_to",
    "bucketize", "cat", "cdist", "ceil", "celu", "channel_shuffle", "cholesky", "chunk", "clamp", "clip", "clone",
    "complex", "concat", "concatenate", "conj", "contiguous", "conv1d", "conv2d", "conv3d", "conv_transpose1d",
    "conv_transpose2d", "conv_transpose3d", "cos", "cosh", "cosine_similarity", "count_nonzero", "cross", "cummax",
    "cumprod", "cumsum", "det", "detach", "diag", "diagonal", "diff", "div", "divide", "dot", "double", "dropout",
    "dropout1d", "dropout2d", "dropout3d", "dstack", "einsum", "elu", "embedding", "eq", "erf", "erfinv", "exp",
    "expand", "expand_as", "expm1", "eye", "feature_alpha_dropout", "fft", "fft2", "fftn", "fftshift", "fill",
    "flatten", "flip", "float", "floor", "floor_divide", "fmod", "fold", "frac", "full", "full_like", "gather", "ge",
    "gelu", "glu", "greater", "greater_equal", "grid_sample", "group_norm", "gru", "gt", "gumbel_softmax", "half",
    "hardshrink", "hardsigmoid", "hardswish", "hardtanh", "heaviside", "hstack", "hypot", "ifft", "ifft2", "ifftn",
    "ifftshift", "index_add", "index_select", "inner", "instance_norm", "int", "interpolate", "inv", "irfft", "irfft2",
    "irfftn", "isfinite", "isinf", "isnan", "kron", "kthvalue", "layer_norm", "le", "leaky_relu", "lerp", "less",
    "less_equal", "linear", "linspace", "local_response_norm", "log", "log10", "log1p", "log2", "log_softmax",
    "logaddexp", "logical_and", "logical_not", "logical_or", "logical_xor", "logit", "logsigmoid", "logsumexp", "long",
    "lp_pool1d", "lp_pool2d", "lstm", "lt", "masked_fill", "matmul", "matrix_norm", "matrix_power", "max", "max_pool1d",
    "max_pool2d", "max_pool3d", "maximum", "mean", "median", "meshgrid", "min", "minimum", "mish", "mm", "moveaxis",
    "movedim", "mul", "multi_head_attention_forward", "multiply", "mv", "nan_to_num", "nanmean", "narrow", "ne", "neg",
    "negative", "new_full", "new_ones", "new_zeros", "norm", "normal", "normalize", "not_equal", "one_hot", "ones",
    "ones_like", "outer", "pad", "pairwise_distance", "permute", "pixel_shuffle", "pixel_unshuffle", "polar", "pow",
    "prelu", "prod", "rand", "rand_like", "randint", "randn", "randn_like", "randperm", "ravel", "reciprocal", "relu",
    "relu6", "remainder", "repeat", "repeat_interleave", "reshape", "reshape_as", "rfft", "rfft2", "rfftn", "rms_norm",
    "rnn_relu", "rnn_tanh", "roll", "rot90", "round", "rsqrt", "rsub", "scaled_dot_product_attention", "scatter",
    "scatter_add", "searchsorted", "select", "select_scatter", "selu", "sigmoid", "sign", "silu", "sin", "sinc", "sinh",
    "slice_scatter", "softmax", "softmin", "softplus", "softshrink", "softsign", "solve", "sort", "split", "sqrt",
    "square", "squeeze", "stack", "std", "std_mean", "sub", "subtract", "sum", "swapaxes", "swapdims", "t",
    "take_along_dim", "tan", "tanh", "tanhshrink", "tensor_split", "threshold", "tile", "to", "topk", "trace",
    "transpose", "tril", "triu", "true_divide", "trunc", "type_as", "unbind", "unflatten", "unfold", "unsqueeze",
    "upsample", "var", "var_mean", "vdot", "vector_norm", "view", "view_as", "view_as_complex", "view_as_real",
    "vstack", "where", "zeros", "zeros_like",
})  # fmt: skip
"""Functions and methods that only compute or draw: they read and write no file, and call nothing they are given."""
PRODUCTS = frozenset({
    "addmm", "baddbmm", "bilinear", "bmm", "cdist", "conv1d", "conv2d", "conv3d", "conv_transpose1d",
    "conv_transpose2d", "conv_transpose3d", "dot", "einsum", "gru", "inner", "kron", "linear", "lstm", "matmul", "mm",
    "multi_head_attention_forward", "mv", "outer", "rnn_relu", "rnn_tanh", "scaled_dot_product_attention", "vdot",
})  # fmt: skip
"""Those that multiply and add."""
ROOMS = ("torch", "nn.functional", "torch.linalg", "torch.fft")
TYPES = ("float32", "float64", "float16", "bfloat16", "int64", "int32", "uint8", "bool", "complex64")
PARTS = ("T", "mT", "H", "mH", "values", "indices", "real", "imag")
_PLAIN = (ast.BinOp, ast.UnaryOp, ast.Compare, ast.Tuple, ast.List, ast.Slice, ast.Subscript, ast.Starred, ast.keyword)
_SIGNS = (ast.operator, ast.unaryop, ast.cmpop, ast.expr_context)


class CodeError(FieldError):
    """Code that cannot be used: a sentence."""


class Argument(NamedTuple):
    """A named tensor: what it is (one of `VALUES` or `HELD`) and its sizes."""

    name: str
    role: str
    shape: tuple[int, ...]


class Program(NamedTuple):
    """A function that was read: its arguments, the type and sizes of its result, and its statements."""

    arguments: tuple[Argument, ...]
    result: Argument
    body: tuple[ast.stmt, ...]

    @property
    def values(self) -> list[Argument]:
        """The arguments that are wired."""
        return [argument for argument in self.arguments if argument.role in VALUES]

    @property
    def held(self) -> list[Argument]:
        """The arguments that the layer holds."""
        return [argument for argument in self.arguments if argument.role in HELD]

    def uses(self, name: str) -> bool:
        """Whether its statements say a name."""
        nodes = (node for statement in self.body for node in ast.walk(statement))
        return any(isinstance(node, ast.Name) and node.id == name for node in nodes)

    @property
    def multiplies(self) -> bool:
        """Whether its statements multiply matrices, by a function or by the sign ``@``."""
        nodes = [node for statement in self.body for node in ast.walk(statement)]
        return any(isinstance(node, ast.MatMult) for node in nodes) or any(
            isinstance(node, ast.Attribute) and node.attr in PRODUCTS for node in nodes
        )

    def statements(self, names: Mapping[str, str], target: str) -> Iterator[str]:
        """The statements with other names in place of the arguments; names of its own begin with ``_``."""
        for statement in self.body:
            written = _Renamed(names).visit(copy.deepcopy(statement))
            if isinstance(written, ast.Return):
                assert written.value is not None, "what is read returns something"
                yield f"{target} = {ast.unparse(written.value)}"
            else:
                yield ast.unparse(written)


class CodeText(Field[str]):
    """The text of such a function."""

    def parse(self, value: object) -> str:
        if not isinstance(value, str):
            raise FieldError(f"expected the text of a function, found {shown(value)}.")
        read_code(value)
        return value


@lru_cache(1_000)
def read_code(text: str) -> Program:
    """Read a function; raises `CodeError` with what was expected, what was found and in which line."""
    tree = _parsed(text)
    if len(tree.body) != 1 or not isinstance(tree.body[0], ast.FunctionDef):
        raise CodeError("expected one function, def name(x: float[3]) -> float[3]: …, found something else.")
    function = tree.body[0]
    given = function.args
    if (
        function.decorator_list
        or given.vararg
        or given.kwarg
        or given.kwonlyargs
        or given.posonlyargs
        or given.defaults
    ):
        raise CodeError("expected plain arguments such as x: float[3, 4], found others.")
    arguments = tuple(_argument(item.arg, item.annotation) for item in given.args)
    if not any(argument.role in VALUES for argument in arguments):
        raise CodeError("expected an argument such as x: float[3, 4], found none.")
    result = _argument("result", function.returns)
    if result.role not in VALUES:
        raise CodeError(f"expected a result such as float[3, 4], found {result.role}.")
    _check_body(function.body, {*OWN, *(argument.name for argument in arguments)})
    return Program(arguments, result, tuple(function.body))


def _parsed(text: str) -> ast.Module:
    if len(text) > LONGEST:
        raise CodeError(f"expected at most {LONGEST:,} letters, found {len(text):,}.")
    depth = deepest = 0
    for letter in text:
        depth += (letter in "([{") - (letter in ")]}")
        deepest = max(deepest, depth)
    if deepest > DEEPEST or re.search(r"[-+~(]{60}|(\*\*|not ){20}", text):
        raise CodeError(f"expected at most {DEEPEST} brackets within brackets, found more.")
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = f" in line {error.lineno}" if isinstance(error, SyntaxError) else ""
        raise CodeError(f"expected a function in Python, found an error{line}.") from None


def _argument(name: str, annotation: ast.expr | None) -> Argument:
    """An argument with its annotation ``float[3, 4]``; a single number for each example is ``float[()]``."""
    if isinstance(annotation, ast.Subscript) and isinstance(annotation.value, ast.Name):
        role, inner = annotation.value.id, annotation.slice
        items = inner.elts if isinstance(inner, ast.Tuple) else [inner]
        sizes = tuple(item.value for item in items if isinstance(item, ast.Constant))
        sound = tuple(
            size for size in sizes if isinstance(size, int) and not isinstance(size, bool) and 0 < size < 2**31
        )
        if role in (*VALUES, *HELD) and len(sound) == len(items) and not name.startswith("_") and name not in OWN:
            return Argument(name, role, sound)
    raise CodeError(f"expected sizes such as {name}: float[3, 4], found others.")


def _check_body(body: list[ast.stmt], known: set[str]) -> None:
    for statement in body[:-1]:
        if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
            raise _refused(statement, "an assignment")
        _check(statement.value, known)
        target = statement.targets[0]
        for name in target.elts if isinstance(target, ast.Tuple) else [target]:
            if not isinstance(name, ast.Name) or name.id.startswith("_") or name.id in OWN:
                raise _refused(statement, "a plain name on the left")
            known.add(name.id)
    if not body or not isinstance(body[-1], ast.Return) or body[-1].value is None:
        raise CodeError("expected a return in the last line, found none.")
    _check(body[-1].value, known)


def _check(node: ast.AST, known: set[str]) -> None:
    """Raise `CodeError` unless an expression is made of what is allowed."""
    if isinstance(node, ast.Call):
        _check_function(node.func, known)
        for item in (*node.args, *node.keywords):
            _check(item, known)
    elif isinstance(node, ast.Attribute):
        if _dotted(node) not in {f"torch.{name}" for name in TYPES}:
            if node.attr not in PARTS:
                raise _refused(node, "a listed function of torch")
            _check(node.value, known)
    elif isinstance(node, ast.Name):
        if node.id not in known:
            raise _refused(node, "a name that was given before")
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, bytes) or (isinstance(node.value, str) and len(node.value) > 60):
            raise _refused(node, "a number or a short text")
    elif isinstance(node, _PLAIN):
        for child in ast.iter_child_nodes(node):
            _check(child, known)
    elif not isinstance(node, _SIGNS):
        raise _refused(node, "calls and arithmetic")


def _check_function(node: ast.expr, known: set[str]) -> None:
    if not isinstance(node, ast.Attribute) or node.attr not in FUNCTIONS:
        raise _refused(node, "a listed function of torch")
    if _dotted(node.value) not in ROOMS:
        _check(node.value, known)


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return f"{_dotted(node.value)}.{node.attr}" if isinstance(node, ast.Attribute) else ""


def _refused(node: ast.AST, wanted: str) -> CodeError:
    found = ast.unparse(node).splitlines()[0][:40]
    return CodeError(f"expected {wanted} in line {getattr(node, 'lineno', 1)}, found ‘{found}’.")


class _Renamed(ast.NodeTransformer):
    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        return node if _dotted(node).startswith(("torch.", "nn.")) else self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        known = self.names.get(node.id)
        return ast.parse(known, mode="eval").body if known else ast.Name(f"_{node.id}", node.ctx)
