"""Every registered kind against real torch: shapes, weights, costs, formulas, refusals.

The cases come from the fields that a kind declares, so a kind is tested by existing.
"""

from __future__ import annotations

import ast
import math
import re
from contextlib import suppress
from inspect import signature
from math import prod

import pytest
import torch
from layer_cases import Case, build, cases, cases_per_kind, tensors, torch_accepts
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from models.kinds.layer import FAMILIES, ROLES, Formula, ShapeError
from models.layers import LAYERS

pytestmark = [
    pytest.mark.soak,
    # What torch says about its own speed with padding="same" and even kernels.
    pytest.mark.filterwarnings("ignore:Using padding='same'"),
]
every_kind = pytest.mark.parametrize("kind", list(LAYERS))
MATRIX_FAMILIES = ("Convolution", "Linear", "Attention")
"""Families whose multiply-adds torch's counter knows; it sees neither into recurrent layers nor into `UNCOUNTED`."""
UNTOLD = ("TorchCode",)
"""Kinds that do not tell what their products cost."""
UNCOUNTED = ("Bilinear",)
PRODUCTS = ("MatMul",)
"""Kinds of other families that multiply matrices."""
RECURRENT = ["num_layers", "nonlinearity", "bias", "batch_first", "dropout", "bidirectional"]
"""Documented; what torch declares is (*args, **kwargs)."""


def stricter(case: Case) -> bool:
    """Refusals of what torch takes, on purpose."""
    layer, rank = case.layer, len(case.inputs[0].shape)
    if layer.begins_otherwise:
        with suppress(ShapeError):
            layer.replace(weight_init="Default").output_types(case.inputs)
            return True  # none of its weights is a matrix, as their beginning would need
    match layer.kind:
        case "Dropout1d" | "Dropout2d" | "Dropout3d":
            return True  # with a dimension too few, torch would drop whole examples as if they were channels
        case "AdaptiveAvgPool2d" | "AdaptiveAvgPool3d":
            return rank > 3 and layer == type(layer)()  # for output 1, and no other, torch takes any more dimensions
        case "Flatten":
            return layer.settings().get("start_dim") in {0, -rank - 1}  # the batch, which may survive by chance
    return False


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.manual_seed(0)
    torch.set_num_threads(1)


@pytest.mark.R23
@every_kind
def test_shapes_and_weights_are_those_of_torch_or_both_refuse(kind: str) -> None:
    valid = 0
    for case in cases(kind, cases_per_kind()):
        if case.outputs is None:
            assert stricter(case) or not torch_accepts(case), f"torch takes {case}"
            continue
        valid += 1
        real = build(case)
        results = real(*tensors(case, 2))
        assert [tuple(result.shape) for result in results] == [(2, *given.shape) for given in case.outputs], case
        kinds = ["float" if result.is_floating_point() else "int" for result in results]
        assert kinds == [given.dtype for given in case.outputs], case
        assert list(case.layer.weights(case.inputs)) == real.weights(), case
    assert valid >= cases_per_kind() / 3


@every_kind
def test_arguments_are_written_in_the_order_of_torch(kind: str) -> None:
    for case in accepted(kind, 40, "order"):
        source = case.layer.module(case.inputs)
        if not source or not hasattr(torch.nn, kind):
            continue
        call = ast.parse(source, mode="eval").body
        assert isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
        names = [keyword.arg for keyword in call.keywords]
        order = RECURRENT if kind in {"RNN", "LSTM", "GRU"} else list(signature(getattr(torch.nn, kind)).parameters)
        assert names == [name for name in order if name in names], source


@every_kind
def test_one_port_read_gives_what_all_ports_give(kind: str) -> None:
    for case in cases(kind, 4, "ports"):
        if case.outputs is None or not case.layer.outputs:
            continue
        given = tensors(case, 2)
        for place in range(len(case.outputs)):
            wanted = tuple(port == place for port in range(len(case.outputs)))
            (result,) = build(case, wanted)(*given)
            assert tuple(result.shape) == (2, *case.outputs[place].shape), case


@every_kind
def test_multiply_adds_are_half_of_the_operations_that_torch_counts(kind: str) -> None:
    multiplies = LAYERS[kind].family in MATRIX_FAMILIES or kind in PRODUCTS
    if not multiplies or kind in UNCOUNTED:
        counts = [case.layer.multiply_adds(case.inputs, case.outputs) for case in accepted(kind, 5, "cost")]
        assert all(count >= 0 for count in counts if count is not None or kind not in UNTOLD)
        return
    for case in accepted(kind, max(5, cases_per_kind() // 3), "cost"):
        counter = FlopCounterMode(display=False)
        real = build(case)
        with counter, sdpa_kernel(SDPBackend.MATH):  # the fused kernel would not be counted
            real(*tensors(case, 1))
        assert case.layer.multiply_adds(case.inputs, case.outputs or ()) * 2 == counter.get_total_flops(), case


@every_kind
def test_formulas_come_to_the_reported_numbers(kind: str) -> None:
    for case in accepted(kind, cases_per_kind() // 2, "formulas"):
        outputs = case.outputs or ()
        formulas = case.layer.formulas(case.inputs, outputs)
        for formula in formulas:
            result = int(formula.result.replace(",", ""))
            assert value(formula) == result, (case, formula)
            assert all(step.role in {"", *ROLES} for step in written(formula))
        by_title = {formula.title: int(formula.result.replace(",", "")) for formula in formulas}
        count = sum(weight.elements for weight in case.layer.weights(case.inputs) if weight.trainable)
        assert by_title.get("Parameters", 0) == count, case
        told = case.layer.multiply_adds(case.inputs, outputs)
        assert by_title.get("Multiply-adds", 0 if told is not None or kind not in UNTOLD else None) == told, case
        check_sizes(formulas, case)


def check_sizes(formulas: tuple[Formula, ...], case: Case) -> None:
    """“Output height (width is the same)” and the like, against the inferred shape."""
    sizes = (case.outputs or ())[0].shape
    axes = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
    for formula in formulas:
        for place, axis in enumerate(axes.get(len(sizes) - 1, ())):
            if formula.symbol and re.search(rf"\b{axis}\b", formula.title) and case.layer.family != "Merge / Shape":
                assert int(formula.result.replace(",", "")) == sizes[place + 1], (case, formula)


def value(formula: Formula) -> int:
    """What a formula as shown comes to."""
    top, bottom, tail = (calculate(part) for part in (formula.numerator, formula.denominator, formula.tail))
    if not formula.denominator:
        return int(top)
    assert formula.rounding in {"floor", "ceil"}
    return (math.floor if formula.rounding == "floor" else math.ceil)(top / bottom) + int(tail)


def calculate(steps: tuple[object, ...]) -> float:
    text = "".join(step.text for step in steps).replace("·", "*").replace("−", "-").replace(",", "")  # type: ignore[attr-defined]
    assert re.fullmatch(r"[-\d.e+*() ]*", text), text
    return float(eval(text)) if text else 0.0


def written(formula: Formula) -> tuple[object, ...]:
    return (*formula.numerator, *formula.denominator, *formula.tail)


@every_kind
def test_a_training_step_gives_finite_gradients(kind: str) -> None:
    for case in accepted(kind, 3, "gradients"):
        if any(given.dtype == "int" for given in case.outputs or ()):
            continue
        real = build(case)
        if real.module is not None:
            real.module.requires_grad_(True)  # what is frozen could learn as well
        given = [item.requires_grad_() if item.is_floating_point() else item for item in tensors(case, 2)]
        total = torch.stack([result.square().mean() for result in real(*given)]).sum()
        assert total.requires_grad or not case.layer.weights(case.inputs)
        if total.requires_grad:  # not where nothing is read but the number of examples
            total.backward()
        leaves = [*given, *(real.module.parameters() if real.module is not None else ())]
        assert all(torch.isfinite(leaf.grad).all() for leaf in leaves if leaf.grad is not None), case


@every_kind
def test_weights_begin_as_they_are_told(kind: str) -> None:
    layer = LAYERS[kind]
    learned = [[w for w in case.layer.weights(case.inputs) if w.trainable] for case in accepted(kind, 30, "begin")]
    assert ("weight_init" in layer.fields) == any(learned)
    assert ("bias_init" in layer.fields) == any(weight.is_bias for weights in learned for weight in weights)
    for case in accepted(kind, 3, "begin") if any(learned) else ():
        zeroed = build(Case(case.layer.replace(weight_init="Zeros"), case.inputs, case.outputs))
        for name, weight in zeroed.module.named_parameters() if zeroed.module is not None else ():
            assert "bias" in name.rpartition(".")[2] or not weight.count_nonzero(), (case, name)


@every_kind
def test_settings_survive_a_round_trip(kind: str) -> None:
    for case in cases(kind, 20, "settings"):
        for settings in (case.layer.settings(), case.layer.settings(all_fields=True)):
            again, problems = LAYERS[kind].read(settings)
            assert again == case.layer and not problems


@every_kind
def test_sentences_fit_their_places(kind: str) -> None:
    for case in cases(kind, 50, "sentences"):
        assert len(case.layer.summary()) <= 40
        if case.outputs is None:
            with pytest.raises(ShapeError) as refusal:
                case.layer.output_types(case.inputs)
            assert len(str(refusal.value)) <= 90 and str(refusal.value).endswith(".")
            assert refusal.value.expected and refusal.value.found


@every_kind
def test_a_kind_describes_itself(kind: str) -> None:
    layer = LAYERS[kind]
    assert layer.title and layer.family in FAMILIES
    assert len(layer.help) > 40 and layer.help.endswith(".")
    assert len(layer.synonyms) >= 2 and len(set(layer.synonyms)) == len(layer.synonyms)
    assert layer.url.startswith("https://docs.pytorch.org/docs/stable/")
    name = layer.url.removesuffix(".html").rpartition("torch.nn.")[2]
    assert "torch.nn." not in layer.url or hasattr(torch.nn, name)
    for field in layer.fields.values():
        assert field.label and len(field.help) > 10 and field.help.endswith("."), field.name
        assert field.role in {"", *ROLES}


@every_kind
def test_defaults_need_no_settings(kind: str) -> None:
    assert LAYERS[kind]().settings() == {}


@every_kind
def test_absurd_sizes_are_refused_in_a_sentence_or_counted_exactly(kind: str) -> None:
    large = {name: 2**31 - 1 for name, field in LAYERS[kind].fields.items() if type(field).__name__ in {"Int", "Size"}}
    layer, _ = LAYERS[kind].read(large)
    for case in cases(kind, 10, "absurd"):
        inputs = tuple(given._replace(shape=tuple(size * 10**8 for size in given.shape)) for given in case.inputs)
        for candidate in (layer, case.layer):
            try:
                outputs = candidate.output_types(inputs)
            except ShapeError as error:
                assert len(str(error)) <= 90
                assert len(candidate.summary()) <= 40
                continue
            assert all(prod(given.shape) <= 2**53 for given in outputs)
            assert candidate.multiply_adds(inputs, outputs) >= 0
            assert len(candidate.summary()) <= 40
            candidate.formulas(inputs, outputs)


def accepted(kind: str, count: int, salt: str) -> list[Case]:
    return [case for case in cases(kind, count, salt) if case.outputs is not None]
