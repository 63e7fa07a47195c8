"""The table: one row for each figure, in Markdown that is aligned for the terminal too."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: what it is, how it was got, and the target it has, if any."""

    what: str
    how: str
    figure: str
    target: str = ""
    met: bool | None = None


def at_least(target: float, what: str, how: str, values: Sequence[float]) -> Row:
    """A row of the median of these, which should not be below the target."""
    met = median(values) >= target
    return Row(what, how, spread(values), f"at least {target:g}", met)


def below(target: float, unit: str, what: str, how: str, values: Sequence[float]) -> Row:
    """A row of the median of these, which should be below the target."""
    figure = f"{spread(values)} {unit}"
    return Row(what, how, figure, f"below {target:g} {unit}", median(values) < target)


def spread(values: Sequence[float]) -> str:
    """The median, and the least and the most where there are several."""
    if len(values) == 1:
        return _short(values[0])
    return f"{_short(median(values))} ({_short(min(values))} to {_short(max(values))})"


def render(rows: Sequence[Row]) -> str:
    """All rows as one table."""
    lines = [["what", "how", "figure", "target", "met"]]
    lines += [[row.what, row.how, row.figure, row.target, _met(row)] for row in rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(
        f"| {' | '.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))} |"
        for line in lines
    )


def _met(row: Row) -> str:
    return {True: "yes", False: "NO", None: ""}[row.met]


def _short(value: float) -> str:
    """Three digits; whole numbers from 100 on."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
