"""The plots of the data-quality page, as images inside Markdown.

matplotlib is imported where it draws: definitions load without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nova_assets.images import image
from nova_assets.quality.findings import Rows
from nova_assets.registry import Drift

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KEPT, MERGED, REJECTED, QUIET = "#3b6ea8", "#e0a030", "#c0392b", "#9aa5b1"


def lines_by_month(rows: Rows) -> str:
    """Lines kept, merged and rejected, stacked by month; the last bar holds those whose day cannot be read."""

    def draw(axes: Axes) -> None:
        months = [f"{row['month']:%b %y}" if row["month"] else "no day" for row in rows]
        bottom = [0] * len(rows)
        for name, color in (("kept", KEPT), ("merged", MERGED), ("rejected", REJECTED)):
            counts = [row[name] for row in rows]
            axes.bar(range(len(rows)), counts, bottom=bottom, color=color, label=f"{name} ({sum(counts):,})")
            bottom = [below + count for below, count in zip(bottom, counts, strict=True)]
        step = -(-len(rows) // 24)
        ticks = range(len(rows) - 1, -1, -step)
        axes.set_xticks(ticks, [months[tick] for tick in ticks], rotation=45, ha="right")
        axes.set_ylabel("lines", fontsize=8)
        axes.legend(fontsize=8, frameon=False, ncols=3, loc="lower right", bbox_to_anchor=(1, 1))

    return image("Lines by month of request", draw)


def anomalies_by_family(rows: Rows) -> str:
    """The share of each family's demands that is flagged, with the counts behind it."""

    def draw(axes: Axes) -> None:
        shown = rows[::-1]
        bars = axes.barh(
            [str(row["family"])[:34] for row in shown], [100 * row["share"] for row in shown], color=MERGED
        )
        axes.bar_label(bars, [f"{row['flagged']:,} of {row['demands']:,}" for row in shown], fontsize=8, padding=3)
        axes.set_xlabel("flagged, % of the family's demands", fontsize=8)
        axes.margins(x=0.18)

    return image("Unusual quantities by family", draw)


def drift_by_day(rows: Rows) -> str:
    """The change of every table's rows at each publication; only what left the band is named."""
    band = 100 * Drift().steady_share

    def draw(axes: Axes) -> None:
        axes.axhspan(-band, band, color=QUIET, alpha=0.15, lw=0)
        axes.axhline(0, color=QUIET, lw=0.8)
        for row in rows:
            share = max(-100.0, min(100.0, 100 * row["share"]))
            color = REJECTED if row["is_refused"] else KEPT
            axes.plot(row["published_at"], share, "x" if row["is_refused"] else "o", ms=5, color=color, alpha=0.7)
            if abs(share) > band:
                axes.annotate(
                    row["dataset"], (row["published_at"], share), fontsize=7, xytext=(5, 2), textcoords="offset points"
                )
        axes.set_ylim(-108, 108)
        axes.set_ylabel("change of rows, %", fontsize=8)
        axes.margins(x=0.12)

    return image("Row-count drift by publication (band: steady; × refused; beyond ±100 % cut)", draw)
