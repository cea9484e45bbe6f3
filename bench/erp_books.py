"""What Nova reads in the books of a demo company that lives in memory, as the frames that its forecasting reads.

The same definitions as the SQL of the pipeline (`sql/core`, `sql/features`, `sql/planning`), on rows that are in no
database. Only what the ERP shows on the day is read: rows as they are by then, never the truth.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast

import numpy as np
import pandas as pd

from nova_local.erp.company import Company
from nova_local.erp.frames import Frame
from nova_local.erp.movements import ISSUE
from nova_local.erp.receipts import NORMAL
from nova_local.erp.world import EPOCH

LATEST = timedelta(weeks=52)
UNGROUPED, UNKNOWN = "NÃO CLASSIFICADO", "UNKNOWN"
KEY = ["number", "line"]


@dataclass(frozen=True)
class ErpBooks:
    """The rows of a company on a morning.

    Attributes:
        company: whose books they are.
        origin: the day; what it brings is not known.
    """

    company: Company
    origin: date

    @property
    def materials(self) -> np.ndarray:
        """Numbers of the items that are stocked."""
        return np.flatnonzero(~self.company.world.items.is_service)

    def issues(self) -> pd.DataFrame:
        """What left stock for work: `item, location` (their numbers), `ds`, `quantity` in the item's unit."""
        world = self.company.world
        rows = _frame(
            self.company.ledger.rows("sd3010"), "kind", "item", "location", "day", "quantity", "reversed", "deleted"
        )
        known = (rows["day"] >= world.first_day) & (rows["day"] < _number(self.origin))
        kept = rows[known & rows["kind"].eq(ISSUE) & rows["reversed"].eq(0) & rows["deleted"].eq(0)]
        return kept.assign(ds=_days(kept["day"]), quantity=kept["quantity"] / 100)[
            ["item", "location", "ds", "quantity"]
        ]

    def weekly_demand(self, issues: pd.DataFrame) -> pd.DataFrame:
        """`unique_id, ds, y, family`: each material from the week of its first issue to the last whole week."""
        items = self.company.world.items
        weeks = issues.assign(ds=issues["ds"] - pd.to_timedelta(issues["ds"].dt.weekday, unit="D"))
        summed = weeks.groupby(["item", "ds"])["quantity"].sum().unstack(fill_value=0)
        grid = pd.date_range(summed.columns.min(), self.origin - timedelta(days=7), freq="7D")
        whole = summed.reindex(columns=grid, fill_value=0.0)
        long = whole.melt(var_name="ds", value_name="y", ignore_index=False).reset_index().sort_values(["item", "ds"])
        started = long.groupby("item")["y"].cummax().gt(0)
        long = long[started]
        item = long["item"].to_numpy()
        family = np.array(items.groups, dtype=object)[items.group[item]]
        family[items.ungrouped[item]] = UNGROUPED
        return pd.DataFrame(
            {"unique_id": np.array(items.code)[item], "ds": long["ds"], "y": long["y"], "family": family}
        ).reset_index(drop=True)

    def profile(self, demand: pd.DataFrame, issues: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
        """Of each item that is planned (index), as `sql/planning/policy_items.sql`: `number`, what its register says
        (`unit_cost, minimum, multiple, criticality`) and what its past shows (`weekly_mean, weekly_sd, request_size,
        abc_class`). Left out are blocked items, and those neither demanded nor requested in the latest year."""
        state, items, since = self.company.state, self.company.world.items, np.datetime64(self.origin - LATEST)
        weekly = demand.groupby("unique_id")["y"]
        found = weekly.agg(weekly_mean="mean", weekly_sd=lambda weeks: weeks.std(ddof=0), total="sum")
        number = pd.Index(items.code).get_indexer(found.index)
        latest = demand[demand["ds"] >= since].groupby("unique_id")["y"].sum().reindex(found.index, fill_value=0.0)
        requests = issues[issues["ds"] >= since].groupby("item").size().reindex(number, fill_value=0).to_numpy()
        size = np.where(requests > 0, latest / np.maximum(requests, 1), found["total"] / weekly.agg(np.count_nonzero))
        unit_cost = np.where(state.last_price > 0, state.last_price, state.standard_cost)[number]
        requested = lines.loc[lines["requested_on"] >= since, "item_id"].unique()
        planned = ~state.blocked[number] & (latest.gt(0) | found.index.isin(requested))
        return found.assign(
            number=number,
            request_size=size,
            unit_cost=unit_cost,
            minimum=state.min_order[number] / 100,
            multiple=items.multiple[number] / 100,
            criticality=[items.criticality[one] or None for one in number],
            abc_class=abc_classes(latest.to_numpy() * unit_cost),
        )[planned]

    def shares(self, issues: pd.DataFrame) -> pd.DataFrame:
        """Part of each location (columns) in what left stock for work in the latest year, of each item (index); where
        nothing did, regional warehouses have equal parts."""
        locations = range(self.company.world.locations)
        latest = issues[issues["ds"] >= np.datetime64(self.origin - LATEST)]
        left = latest.groupby(["item", "location"])["quantity"].sum().unstack(fill_value=0)
        left = left.reindex(index=self.materials, columns=locations, fill_value=0.0)
        left.loc[left.sum(axis=1).eq(0), locations[1:]] = 1.0
        return left.div(left.sum(axis=1), axis=0)

    def purchase_lines(self) -> pd.DataFrame:
        """As `sql/forecasting/purchase_lines.sql` gives them: every order line, and every requisition line that none of
        them fulfils."""
        orders, asked = self._orders(), self._requisitions()
        in_order, of_request = ["order", "order_line"], ["requisition", "requisition_line"]
        opened = asked[~_among(asked, KEY, orders, of_request) & ~_among(asked, in_order, orders, KEY)]
        requested = _looked_up(orders, of_request, asked, KEY, "requested_on")
        afterwards = _looked_up(orders, KEY, asked, in_order, "requested_on")
        never = pd.Series(pd.NaT, index=opened.index, dtype="datetime64[ns]")
        parts = [
            orders.assign(requested_on=requested.fillna(afterwards).fillna(orders["ordered_on"]), is_open=False),
            opened.assign(ordered_on=never, received_on=never, supplier_id=UNKNOWN, is_open=True),
        ]
        columns = ["item_id", "supplier_id", "requested_on", "ordered_on", "received_on", "is_open"]
        lines = pd.concat([part[columns] for part in parts], ignore_index=True)
        return lines[lines["requested_on"] < np.datetime64(self.origin)].assign(
            after_the_fact=lines["ordered_on"] < lines["requested_on"],
            has_receipts=bool(lines["received_on"].notna().any()),
        )

    def _orders(self) -> pd.DataFrame:
        world = self.company.world
        rows = _frame(
            self.company.ledger.rows("sc7010"),
            "item",
            "location",
            "supplier",
            "number",
            "line",
            "requisition",
            "requisition_line",
            "day",
            "deleted",
        )
        kept = rows[rows["deleted"].eq(0) & rows["location"].ge(0)]
        received = self._received()
        merged = kept.merge(received, how="left", left_on=["number", "line"], right_on=["order", "order_line"])
        suppliers = np.array(
            [f"{code}-{branch}" for code, branch in zip(world.suppliers.code, world.suppliers.branch, strict=True)],
            dtype=object,
        )
        return merged.assign(
            item_id=np.array(world.items.code, dtype=object)[merged["item"]],
            supplier_id=suppliers[merged["supplier"]],
            ordered_on=_days(merged["day"]),
            received_on=_days(merged["entered"]),
        )

    def _received(self) -> pd.DataFrame:
        rows = _frame(self.company.ledger.rows("sd1010"), "order", "order_line", "entered", "kind", "deleted")
        kept = rows[rows["deleted"].eq(0) & rows["kind"].eq(NORMAL) & rows["order"].gt(0)]
        return cast(pd.DataFrame, kept.groupby(["order", "order_line"], as_index=False)["entered"].min())

    def _requisitions(self) -> pd.DataFrame:
        rows = _frame(
            self.company.ledger.rows("sc1010"),
            "item",
            "location",
            "number",
            "line",
            "day",
            "order",
            "order_line",
            "deleted",
        )
        kept = rows[rows["deleted"].eq(0) & rows["location"].ge(0)]
        return kept.assign(
            item_id=np.array(self.company.world.items.code, dtype=object)[kept["item"]], requested_on=_days(kept["day"])
        )


def _among(rows: pd.DataFrame, key: list[str], others: pd.DataFrame, other_key: list[str]) -> np.ndarray:
    """Whether the key of each row is one of the others'."""
    return pd.MultiIndex.from_frame(rows[key]).isin(pd.MultiIndex.from_frame(others[other_key]))


def _looked_up(
    rows: pd.DataFrame, key: list[str], others: pd.DataFrame, other_key: list[str], column: str
) -> pd.Series:
    """A column of the others, by their key, of each row; null where none has it."""
    known = others.drop_duplicates(other_key).set_index(other_key)[column]
    return pd.Series(known.reindex(pd.MultiIndex.from_frame(rows[key])).to_numpy(), index=rows.index)


def abc_classes(value: np.ndarray) -> np.ndarray:
    """A: the items of most value up to 80 % of all, B: up to 95 %, as `sql/features/features_demand_profile.sql`."""
    order = np.argsort(-value, kind="stable")
    before = np.empty_like(value)
    before[order] = np.cumsum(value[order]) - value[order]
    share = before / max(value.sum(), np.finfo(np.float64).tiny)
    return np.select([value == 0, share < 0.80, share < 0.95], ["C", "A", "B"], "C").astype(object)


def _frame(rows: Frame, *columns: str) -> pd.DataFrame:
    return pd.DataFrame({name: rows[name] for name in columns})


def _days(numbers: pd.Series) -> pd.Series:
    return pd.to_datetime(numbers, unit="D")


def _number(day: date) -> int:
    return (day - EPOCH).days
