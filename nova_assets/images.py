"""Plots as images inside Markdown, which Dagster shows in an asset's metadata.

matplotlib is imported where it draws: definitions load without it.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INCHES = (8.4, 2.9)
DPI = 90


def image(title: str, draw: Callable[[Axes], None]) -> str:
    """A plot as Markdown: a PNG within the text, so that the page needs no file beside it."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=INCHES, dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_title(title, loc="left", fontsize=10, fontweight="bold")
    axes.tick_params(labelsize=8)
    draw(axes)
    png = io.BytesIO()
    figure.savefig(png, format="png")
    return f"![{title}](data:image/png;base64,{base64.b64encode(png.getvalue()).decode()})"
