"""The color tokens of both themes, as the design reference fixes them.

Every pair was measured: text and wires reach 4.5 and 3 against the least favorable of canvas, panel and raised.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Palette:
    """One theme's colors as `#RRGGBB`; `families` is keyed by family names, `curves` is in drawing order."""

    name: str
    canvas: str
    grid_dot: str
    panel: str
    raised: str
    field: str
    hover: str
    active: str
    chip: str
    separator: str
    card_line: str
    control_line: str
    text1: str
    text2: str
    text3: str
    wire: str
    accent: str
    accent_soft: str
    main_button: str
    error_text: str
    error_line: str
    error_fill: str
    error_soft: str
    warning: str
    good: str
    hint: str
    families: Mapping[str, str]
    curves: tuple[str, ...]


DARK = Palette(
    name="dark",
    canvas="#121519",
    grid_dot="#272A30",
    panel="#191C21",
    raised="#23272C",
    field="#131519",
    hover="#282C32",
    active="#343840",
    chip="#33373E",
    separator="#292C32",
    card_line="#393D45",
    control_line="#434850",
    text1="#EEF0F4",
    text2="#BFC4CD",
    text3="#9DA3AE",
    wire="#7A818D",
    accent="#76ACFC",
    accent_soft="#1E314C",
    main_button="#276ED2",
    error_text="#F98281",
    error_line="#D95256",
    error_fill="#C83841",
    error_soft="#431F1F",
    warning="#F2B95A",
    good="#65D097",
    hint="#79C0F1",
    families={
        "Input / Output": "#B2B8C1",
        "Convolution": "#48CCDA",
        "Pooling": "#6BCF9D",
        "Normalization": "#ADC367",
        "Activation": "#D8B352",
        "Linear": "#F4A16D",
        "Regularization": "#F696B4",
        "Recurrent": "#E19BDE",
        "Attention": "#C1A6FA",
        "Merge / Shape": "#94BEDA",
        "Blocks": "#ACB6D9",
    },
    curves=("#5B9BF8", "#EE8A33", "#7BE3CE", "#C583B5", "#F2D35B", "#BDB9FF"),
)

LIGHT = Palette(
    name="light",
    canvas="#EFF0F3",
    grid_dot="#D0D3D7",
    panel="#FCFCFD",
    raised="#FFFFFF",
    field="#FFFFFF",
    hover="#F1F2F5",
    active="#E4E6EB",
    chip="#E7EAEE",
    separator="#DDE0E4",
    card_line="#C9CCD2",
    control_line="#BABEC4",
    text1="#191D24",
    text2="#424853",
    text3="#5D646F",
    wire="#7A818D",
    accent="#1C65C8",
    accent_soft="#E1EEFF",
    main_button="#276ED2",
    error_text="#BE222D",
    error_line="#DE3B40",
    error_fill="#C52A33",
    error_soft="#FFEFEE",
    warning="#915C08",
    good="#007748",
    hint="#0F68A2",
    families={
        "Input / Output": "#646972",
        "Convolution": "#007B89",
        "Pooling": "#007E4F",
        "Normalization": "#607200",
        "Activation": "#876300",
        "Linear": "#9F5013",
        "Regularization": "#A04666",
        "Recurrent": "#8E4C8D",
        "Attention": "#7256A7",
        "Merge / Shape": "#456E89",
        "Blocks": "#5E6788",
    },
    curves=("#0A6FC2", "#B3591C", "#00523A", "#8A2C74", "#5E5200", "#351369"),
)


def high_contrast(palette: Palette) -> Palette:
    """The same palette with every line raised to a ratio of 3, for people who ask their system for contrast."""
    line = palette.wire
    return replace(palette, separator=line, card_line=line, control_line=palette.text3, grid_dot=line)
