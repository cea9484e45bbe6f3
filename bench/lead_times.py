"""How well lead times are foreseen on the purchasing workbook, against simpler ways, knowing the past alone.

On each of several origins, four weeks apart, every way says within how many days 50, 90 and 95 % of a supplier's next
lines are done; it is scored on the lines requested in the four weeks that follow. Prints the mean pinball loss in
days, its ratio to that of the quantile of all suppliers, and the share of lines covered. Then the same for items,
whose next supplier is not known: how strongly an item's suppliers are mixed with all others.
"""

from __future__ import annotations

import argparse
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from nova_assets.extracts.workbook.lines import repair
from nova_assets.extracts.workbook.sheets import read_workbook
from nova_assets.forecasting.lead_time.backtest import Backtest

WORKBOOK = Path(__file__).resolve().parents[2] / "shared" / "data" / "erp" / "dadosSuprimentos.xlsx"
FIRST_ORIGIN, WEEKS = date(2025, 3, 3), 4
LEVELS = (0.5, 0.9, 0.95)
PRIORS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)


def workbook_lines(path: Path) -> pd.DataFrame:
    """The workbook's material lines, as the forecasts read them from core."""
    kept = [line for line in repair(read_workbook(path), date.max).lines if line.status == "kept"]
    frame = pd.DataFrame(
        {
            "item_id": [line.item_id for line in kept],
            "supplier_id": [line.supplier_id for line in kept],
            "requested_on": np.array([line.requested_on for line in kept], dtype="datetime64[ns]"),
            "ordered_on": np.array([line.ordered_on for line in kept], dtype="datetime64[ns]"),
            "received_on": np.full(len(kept), np.datetime64("NaT", "ns")),
            "is_service": [line.is_service for line in kept],
            "is_open": [line.ordered_on is None and "order_date_implausible" not in line.repairs for line in kept],
        }
    )
    return frame[~frame["is_service"]].assign(
        after_the_fact=frame["ordered_on"] < frame["requested_on"],
        has_receipts=False,
    )


def scores(tests: list[Backtest], *, items: bool) -> pd.DataFrame:
    """Mean loss and coverage by way and level, every line counting alike."""
    records = [
        (name, level, len(test.days), *test.score(quantile, level))
        for test in tests
        for level in LEVELS
        for name, quantile in (test.by_item(level, PRIORS) if items else test.by_supplier(level)).items()
    ]
    frame = pd.DataFrame(records, columns=["way", "level", "lines", "loss", "covered"])
    weighted = frame[["loss", "covered"]].mul(frame["lines"], axis=0).assign(lines=frame["lines"])
    summed = weighted.groupby([frame["way"], frame["level"]], sort=False).sum()
    return summed[["loss", "covered"]].div(summed["lines"], axis=0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workbook", type=Path, default=WORKBOOK, help="purchasing workbook (default: %(default)s)")
    parser.add_argument("--origins", type=int, default=6, help="origins, four weeks apart (default: %(default)s)")
    arguments = parser.parse_args()
    if not arguments.workbook.exists():
        parser.error(f"there is no workbook at {arguments.workbook}")
    lines = workbook_lines(arguments.workbook)
    tests = [
        Backtest.at(FIRST_ORIGIN + timedelta(weeks=WEEKS * step), WEEKS, lines) for step in range(arguments.origins)
    ]
    by_supplier = scores(tests, items=False)
    benchmark = by_supplier["loss"]["all suppliers' quantile"]
    by_supplier["ratio"] = by_supplier["loss"] / benchmark.reindex(by_supplier.index, level="level")
    print(f"{sum(len(test.days) for test in tests):,} lines on {len(tests)} origins")
    for title, frame in (("Suppliers", by_supplier), ("Items", scores(tests, items=True))):
        print(f"\n{title}\n{frame.unstack('level').round(3).to_string()}")


if __name__ == "__main__":
    main()
