"""A company that follows Nova beside the same company that follows its naive rule.

A demo company lives a year by its naive rule. Then two copies of it live on for `--days`: one by the rule as before,
one by what Nova says. Each Monday the models that always run forecast from the company's books, and each item is
looked at once a week, on the day on which the rule looks at it. Both meet the same weather, demand, losses and counts;
suppliers draw their days anew for each order. What Nova knows is what the ERP shows; what is measured is what was.

Nova plans by the settings of inventory policy (`.env.example`) within a stock budget: `--stock-budget`, a part of what
the books hold on the first day; what is there beyond it is not thrown away, and is measured too.

Prints the figures of both, and Nova's ÷ the rule's, for each company (`--seeds`); with `--json` a last line holds them.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context

from nova_planner import Nova

from nova_assets.planning.parameters import Parameters
from nova_local.erp.builder import SEED
from nova_local.erp.company import Company, Lived
from nova_local.erp.scales import DEFAULT_SIZE, SCALES, Scale
from nova_local.erp.today import stream_each

WARM_UP_DAYS = 365
STOCK_BUDGET = 0.5

FIGURES = {
    "stockout_days": "stockout days: evenings on which somebody waits for an item at a place",
    "empty_days": "evenings with nothing of an item on a regional shelf",
    "lines_short": "lines not served whole on their day",
    "units_short": "units not served on their day",
    "penalty_brl": "contract penalties, BRL",
    "line_fill": "share of lines served whole on their day",
    "unit_fill": "share of units served on their day",
    "mean_stock_brl": "mean stock value, BRL",
    "last_stock_brl": "stock value on the last evening, BRL",
    "order_lines": "order lines",
    "purchases_brl": "purchases, BRL",
}
"""What is printed of an arm: attributes of `Lived`."""

Figures = Mapping[str, float]


@dataclass(frozen=True)
class Compared:
    """One company's days by the rule and by Nova."""

    seed: int
    naive: Figures
    nova: Figures

    @property
    def ratios(self) -> Figures:
        """Nova's ÷ the rule's."""
        return {name: ratio(self.nova[name], self.naive[name]) for name in FIGURES}


def ratio(nova: float, naive: float) -> float:
    return nova / naive if naive else float("nan")


def figures(lived: Lived) -> Figures:
    return {name: float(getattr(lived, name)) for name in FIGURES}


def compare(scale: Scale, days: int, stock_budget: float, seed: int) -> Compared:
    """Let a company live on twice."""
    company = Company.founded(scale, seed)
    company.live(WARM_UP_DAYS)
    naive, following = company.copy(), company.copy()
    budget = stock_budget * company.book_value_brl or None
    nova = Nova(following, replace(Parameters.from_settings(), budget_brl=budget))
    return Compared(
        seed,
        figures(naive.live(days, streams=stream_each)),
        figures(following.live(days, nova, stream_each, nova.before)),
    )


def totals(compared: Sequence[Compared]) -> Compared:
    """All companies together: means of each arm's figures."""
    return Compared(
        0,
        {name: sum(one.naive[name] for one in compared) / len(compared) for name in FIGURES},
        {name: sum(one.nova[name] for one in compared) / len(compared) for name in FIGURES},
    )


def table(one: Compared) -> str:
    """A row for each figure: the rule's, Nova's, and the ratio."""
    wide = max(map(len, FIGURES.values()))
    rows = [f"{'':{wide}}  {'naive rule':>12}  {'Nova':>12}  {'ratio':>6}"]
    for name, meaning in FIGURES.items():
        digits = 3 if name.endswith("fill") else 0
        rows.append(
            f"{meaning:{wide}}  {one.naive[name]:12,.{digits}f}  {one.nova[name]:12,.{digits}f}"
            f"  {one.ratios[name]:6.2f}"
        )
    return "\n".join(rows)


def as_json(compared: Sequence[Compared]) -> str:
    """Ratios of all companies together, the worst company's, and every company's figures."""
    together = totals(compared).ratios
    return json.dumps(
        {
            "stockout_days_ratio": together["stockout_days"],
            "stock_value_ratio": together["mean_stock_brl"],
            "worst_stockout_days_ratio": max(one.ratios["stockout_days"] for one in compared),
            "worst_stock_value_ratio": max(one.ratios["mean_stock_brl"] for one in compared),
            "companies": [{"seed": one.seed, "naive": one.naive, "nova": one.nova} for one in compared],
        }
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=sorted(SCALES), default=DEFAULT_SIZE, help="of the company")
    parser.add_argument("--days", type=int, default=365, help="that both copies live on (default: a year)")
    parser.add_argument("--seeds", type=int, default=3, help=f"how many companies, from seed {SEED} on (default: 3)")
    parser.add_argument(
        "--stock-budget",
        type=float,
        default=STOCK_BUDGET,
        help=f"part of the first day's stock value that Nova keeps to (default: {STOCK_BUDGET}); 0: the fill target",
    )
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    arguments = parser.parse_args()
    seeds = range(SEED, SEED + arguments.seeds)
    one = partial(compare, SCALES[arguments.size], arguments.days, arguments.stock_budget)
    compared = []
    with ProcessPoolExecutor(min(len(seeds), os.cpu_count() or 1), mp_context=get_context("spawn")) as processes:
        for done in processes.map(one, seeds):
            print(f"\nSeed {done.seed}\n{table(done)}", flush=True)
            compared.append(done)
    print(f"\nAll {len(compared)} companies, their mean\n{table(totals(compared))}")
    if arguments.json:
        print(as_json(compared))


if __name__ == "__main__":
    main()
