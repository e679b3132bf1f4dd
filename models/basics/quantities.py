"""Numbers as people read them: counts in thousands and millions, bytes, durations."""

from __future__ import annotations

_LARGEST_PLAIN = 1e9
"""From here on nobody counts the digits."""
_SCALES = ((10**15, "P"), (10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k"))


def count_text(count: int) -> str:
    """A count in at most four figures: 448, 2,320, 51.9 k, 36.9 M."""
    if abs(count) < 10_000:
        return f"{count:,}"
    size, letter = next((size, letter) for size, letter in _SCALES if abs(count) >= size)
    # 999,950 must become 1.0 M, not 1,000.0 k.
    if round(count / size, 1) >= 1000 and size < _SCALES[0][0]:
        size, letter = _SCALES[_SCALES.index((size, letter)) - 1]
    return f"{count / size:,.1f} {letter}"


def bytes_text(count: int) -> str:
    """A size in bytes with decimal units: 920 B, 1.2 MB."""
    if abs(count) < 1000:
        return f"{count} B"
    return f"{count_text(max(count, 10_000))}B" if count >= 10_000 else f"{count / 1000:.1f} kB"


def percent(share: float, digits: int = 0) -> str:
    """A share of 1 in percent: 23 %, 23.3 % with one digit."""
    return f"{share:.{digits}%}".removesuffix("%") + " %"


def figures(value: float, digits: int = 4, sign: str = "") -> str:
    """A measured number in so many figures or more, plain wherever it is read more easily so: 0.2513, 16,484, 1.2e-05.

    With ``sign`` "+" what is above 0 has its sign, too.
    """
    if 1000 <= abs(value) < _LARGEST_PLAIN:
        return f"{value:{sign},.0f}"
    return f"{value:{sign}.{digits}g}"


def epochs_text(epochs: float) -> str:
    """How far a run came, in three figures at least: 2.25, 58.5, 20, 1,053."""
    return f"{epochs:.3g}" if epochs < 999.5 else f"{epochs:,.0f}"


def duration_text(seconds: float) -> str:
    """A duration in its two largest units: 8 s, 3 min 18 s, 2 h 5 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600:,} h {whole % 3600 // 60} min"


def moment_text(seconds: float) -> str:
    """A duration that may be short, in two figures: 0.4 ms, 12 ms, 1.3 s, and from ten seconds on as others."""
    if seconds < 9.95:
        return f"{float(f'{seconds * 1e3:.2g}'):g} ms" if seconds < 0.9995 else f"{seconds:.1f} s"
    return duration_text(seconds)


def ago_text(seconds: float) -> str:
    """How long ago something was: just now, 2 min ago, 3 h ago, 5 days ago."""
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{int(seconds // 60)} min ago"
    if seconds < 86_400:
        return f"{int(seconds // 3600)} h ago"
    days = int(seconds // 86_400)
    return f"{days} day{'s' if days > 1 else ''} ago"
