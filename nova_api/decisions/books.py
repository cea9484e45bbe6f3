"""The two books that planners write in: decisions on items, and what was done about alerts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec

from nova_api.database import Row, Snapshot
from nova_api.decisions.schemas import Acknowledgement, AlertAcknowledgements, Decision, ItemDecisions
from nova_api.errors import UnknownError
from nova_api.sqltexts import read_sql

LATEST = 100
"""Entries that are told and can be taken back."""

Standing = TypeVar("Standing", ItemDecisions, AlertAcknowledgements)


@dataclass(frozen=True)
class Book(Generic[Standing]):
    """Where it is written what was decided about one kind of thing.

    Attributes:
        subject: what is decided about.
        standing: body that tells how a subject stands; its fields but the entries are columns of `standing_sql`.
        standing_sql: query of one subject.
        entry: an entry of the book; its fields are columns of `entries_sql`.
        entries_sql: query of the entries about a subject, latest first.
        entries: field of `standing` that holds them.
        entry_id: column and field of an entry's key.
        withdraw_sql: statement that takes an entry back.
        withdrawn: what the audit log calls that.
        datasets: what the standing is made from.
    """

    subject: str
    standing: type[Standing]
    standing_sql: str
    entry: type[msgspec.Struct]
    entries_sql: str
    entries: str
    entry_id: str
    withdraw_sql: str
    withdrawn: str
    datasets: tuple[str, ...]

    async def read(self, snapshot: Snapshot, subject_id: Any) -> Standing:
        """How a subject stands.

        Raises:
            UnknownError: when there is no such subject.
        """
        row = await snapshot.row(read_sql(self.standing_sql), subject_id)
        if row is None:
            raise UnknownError(f"there is nothing to decide about {self.subject} {subject_id}")
        entries = await snapshot.rows(read_sql(self.entries_sql), subject_id, LATEST)
        told: dict[str, Any] = {**row, self.entries: [self.entry(**entry) for entry in entries]}
        return self.standing(**told, versions=snapshot.versions)

    async def withdraw(self, connection: Any, subject_id: Any, entry_id: int, actor: str) -> None:
        """Take an entry back."""
        await connection.execute(read_sql(self.withdraw_sql), subject_id, entry_id, actor)

    def entry_of(self, standing: Standing, entry_id: int) -> Any:
        """One of the entries that are told.

        Raises:
            UnknownError: when it is none of them.
        """
        for entry in getattr(standing, self.entries):
            if getattr(entry, self.entry_id) == entry_id:
                return entry
        raise UnknownError(f"there is no such entry about {self.subject} among the latest {LATEST}")


async def now(connection: Any, datasets: tuple[str, ...]) -> Snapshot:
    """What a transaction sees now, its own writes included.

    The versions are read before anything else: what is read after may be newer than they say, never older.
    """
    known: list[Row] = await connection.fetch(read_sql("dataset_versions"), list(datasets))
    return Snapshot(dict.fromkeys(datasets, 0) | {row["dataset"]: row["version"] for row in known}, connection)


ITEMS = Book(
    subject="item",
    standing=ItemDecisions,
    standing_sql="decided_item",
    entry=Decision,
    entries_sql="item_decisions",
    entries="decisions",
    entry_id="decision_id",
    withdraw_sql="withdraw_decision",
    withdrawn="recommendation.decision_withdrawn",
    datasets=("analytics.recommendations", "support.planner_decisions"),
)

ALERTS = Book(
    subject="alert",
    standing=AlertAcknowledgements,
    standing_sql="handled_alert",
    entry=Acknowledgement,
    entries_sql="alert_acknowledgements",
    entries="acknowledgements",
    entry_id="acknowledgement_id",
    withdraw_sql="withdraw_acknowledgement",
    withdrawn="alert.acknowledgement_withdrawn",
    datasets=("analytics.alerts", "support.alert_acknowledgements"),
)
