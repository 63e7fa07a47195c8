"""The picture of the bench: a bar for each way, as SVG that is readable in light and in dark."""

from collections.abc import Sequence
from statistics import median
from xml.sax.saxutils import escape

from sandbox.bench.comparison import Comparison
from sandbox.bench.load import FAR, NEAR
from sandbox.bench.table import short
from sandbox.bench.ways import Imgferry, Reference, Way

WIDTH, EDGE, NAMES, FIGURES, LINE = 760, 10, 290, 70, 22
"""Pixels: the whole, its edge, the column of names, that of figures, and the height of a line."""

STYLE = """
.ground { fill: #ffffff } text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600 }
.imgferry { fill: #1a7f37 } .reference { fill: #8c959f } .peer { fill: #54aeff }
@media (prefers-color-scheme: dark) {
  .ground { fill: #0d1117 } text { fill: #e6edf3 }
  .imgferry { fill: #3fb950 } .reference { fill: #6e7681 } .peer { fill: #1f6feb }
}"""


def draw(compared: Comparison) -> str:
    """Uploads per second of each way that did not fail, the fastest first."""
    parts = []
    top = 0
    for load in (NEAR, FAR):
        bars = [
            (median(took.rate() for took in runs), way)
            for (of, way), runs in compared.runs.items()
            if of == load and runs
        ]
        parts.append(_text(EDGE, top + LINE, f"Uploads per second: {load}", "title"))
        parts += _bars(sorted(bars, key=lambda bar: -bar[0]), top + LINE)
        top += LINE * (len(bars) + 2)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" role="img" '
        f'aria-label="Uploads per second of each way">\n<style>{STYLE}\n</style>\n'
        '<rect class="ground" width="100%" height="100%"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _bars(bars: Sequence[tuple[float, Way]], top: int) -> list[str]:
    parts = []
    for number, (rate, way) in enumerate(bars):
        y = top + LINE * (number + 1)
        width = (WIDTH - NAMES - FIGURES) * rate / bars[0][0]
        parts.append(_text(EDGE, y, _name(way)))
        parts.append(
            f'<rect class="{_kind(way)}" x="{NAMES}" y="{y - 12}" width="{width:.0f}" '
            f'height="{LINE - 6}" rx="2"/>'
        )
        parts.append(_text(NAMES + width + 6, y, short(rate)))
    return parts


def _name(way: Way) -> str:
    if isinstance(way, Imgferry):
        return f"Imgferry, {way.workers} worker process{'es' if way.workers > 1 else ''}"
    return way.name


def _kind(way: Way) -> str:
    if isinstance(way, Imgferry):
        return "imgferry"
    return "reference" if isinstance(way, Reference) else "peer"


def _text(x: float, y: float, words: str, kind: str = "") -> str:
    of_kind = f' class="{kind}"' if kind else ""
    return f'<text{of_kind} x="{x:.0f}" y="{y:.0f}">{escape(words)}</text>'
