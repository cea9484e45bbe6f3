"""Bodies of the catalogue of served tables."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec

from nova_api.vocabulary import Document


class Dataset(msgspec.Struct, frozen=True, kw_only=True):
    """One served table: which version of it, from which run, how old."""

    dataset: Annotated[str, msgspec.Meta(description="schema.table")]
    version: Annotated[int, msgspec.Meta(description="Counts the changes of the content")]
    row_count: int
    data_through: Annotated[date | None, msgspec.Meta(description="Last day that the content tells of")]
    run_id: str | None
    changed_at: Annotated[datetime, msgspec.Meta(description="When the content last changed")]
    materialized_at: Annotated[datetime, msgspec.Meta(description="When it was last computed, changed or not")]
    freshness: Annotated[
        Literal["fresh", "late"], msgspec.Meta(description="late: not computed for more than two days")
    ]
    age_seconds: Annotated[int, msgspec.Meta(description="Seconds since materialized_at")]
    dagster_url: Annotated[str, msgspec.Meta(description="Where Dagster shows the asset and its runs")]


class DatasetList(Document, frozen=True, kw_only=True):
    """Every served table."""

    data: list[Dataset]
