"""Purchase lines for the tests of lead times."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pandas as pd
import pytest


@pytest.fixture
def purchases() -> Callable[..., pd.DataFrame]:
    """Builds lines as `purchase_lines.sql` gives them, from (supplier, requested, ordered, received)."""

    def build(*lines: tuple[str, date, date | None, date | None], has_receipts: bool = True) -> pd.DataFrame:
        frame = pd.DataFrame(lines, columns=["supplier_id", "requested_on", "ordered_on", "received_on"])
        for column in ("requested_on", "ordered_on", "received_on"):
            frame[column] = frame[column].astype("datetime64[ns]")
        return frame.assign(
            item_id="000001",
            after_the_fact=frame["ordered_on"] < frame["requested_on"],
            is_open=frame["ordered_on"].isna(),
            has_receipts=has_receipts,
        )

    return build
