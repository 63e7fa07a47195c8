"""Tables in Markdown that are aligned for the terminal too, and what a figure should be."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Table:
    """One table."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    def render(self) -> str:
        """As Markdown."""
        lines = [self.head, *self.rows]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        lines.insert(1, ["-" * width for width in widths])
        return f"### {self.title}\n\n" + "\n".join(
            f"| {' | '.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))} |"
            for line in lines
        )


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: what it is, what it should be, if anything, and how it was got."""

    what: str
    figure: str
    how: str
    target: str = ""
    met: bool | None = None


def at_least(target: float, what: str, how: str, values: Sequence[float]) -> Row:
    """A row of the median of these, which should not be below the target."""
    return Row(what, spread(values), how, f"at least {target:g}", median(values) >= target)


def below(target: float, unit: str, what: str, how: str, values: Sequence[float]) -> Row:
    """A row of the median of these, which should be below the target."""
    figure = f"{spread(values)} {unit}".strip()
    goal = f"below {target:g} {unit}".strip()
    return Row(what, figure, how, goal, median(values) < target)


def figures(title: str, rows: Sequence[Row]) -> Table:
    """A table of such rows."""
    head = ["what", "figure", "target", "met", "how it was run"]
    met = {True: "yes", False: "NO", None: ""}
    return Table(title, head, [[r.what, r.figure, r.target, met[r.met], r.how] for r in rows])


def spread(values: Sequence[float]) -> str:
    """The median, and the least and the most where there are several."""
    if len(values) == 1:
        return short(values[0])
    return f"{short(median(values))} ({short(min(values))} to {short(max(values))})"


def short(value: float) -> str:
    """Three digits; whole numbers from 100 on."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def first_line(error: Exception) -> str:
    """What went wrong, in one cell."""
    return str(error).partition("\n")[0].replace("|", "/")
