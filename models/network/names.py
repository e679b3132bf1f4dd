"""What a layer may be called: names that can be attributes of a `torch.nn.Module`."""

from __future__ import annotations

import keyword
import re
from functools import lru_cache

RESERVED = frozenset({"self", "forward", "torch", "nn", "x", "functional", "F"})
"""Names that the generated module uses itself."""


def name_problem(id: object) -> str:
    """Why ``id`` cannot be a node's name, as a sentence, or "" if it can.

    A name is an ASCII identifier (it becomes an attribute in generated code), at most 64 letters, no Python keyword,
    no leading underscore, and not an attribute that `torch.nn.Module` has.
    """
    if not isinstance(id, str) or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", id, flags=re.ASCII):
        return "A name is letters, digits and underscores, starting with a letter, such as conv1."
    if len(id) > 64:
        return f"A name has at most 64 letters; this one has {len(id):,}."
    if keyword.iskeyword(id) or keyword.issoftkeyword(id) or id in RESERVED or id in MODULE_ATTRIBUTES:
        return f"‘{id}’ has a meaning of its own in Python or PyTorch. Try {id}1."
    return ""


@lru_cache(maxsize=1024)
def stems(kind: str) -> tuple[str, str]:
    """What names of a kind begin with unless a person chose another: ``BatchNorm2d`` gives batchnorm and bn."""
    word = re.sub(r"[123]d$", "", kind)
    return word.lower() or "layer", "".join(re.findall(r"[A-Z]", word)).lower()


def is_made_up(id: str, kind: str) -> bool:
    """Whether a node is called after its kind and a number, so that nobody chose the name."""
    return id.rstrip("0123456789") in stems(kind)


MODULE_ATTRIBUTES = frozenset(
    {
        "T_destination", "add_module", "append", "apply", "bfloat16", "buffers", "call_super_init", "children",
        "compile", "cpu", "cuda", "double", "dump_patches", "eval", "extend", "extra_repr", "float", "forward",
        "get_buffer", "get_extra_state", "get_parameter", "get_submodule", "half", "insert", "ipu",
        "load_state_dict", "modules", "mtia", "named_buffers", "named_children", "named_modules",
        "named_parameters", "parameters", "pop", "register_backward_hook", "register_buffer",
        "register_forward_hook", "register_forward_pre_hook", "register_full_backward_hook",
        "register_full_backward_pre_hook", "register_load_state_dict_post_hook",
        "register_load_state_dict_pre_hook", "register_module", "register_parameter",
        "register_state_dict_post_hook", "register_state_dict_pre_hook", "requires_grad_", "set_extra_state",
        "set_submodule", "share_memory", "state_dict", "to", "to_empty", "train", "training", "type", "xpu",
        "zero_grad",
    }
)  # fmt: skip
