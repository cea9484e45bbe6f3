"""Dagster's event log in PostgreSQL, with one planned row for each check of a run.

Our checks look at a run's whole window at once and report without a partition. Dagster 1.13 nevertheless plans each of
them for every partition of the run, in rows that nothing ever answers: for a year of ERP documents and facts fifteen
thousand rows, a third of the time of the first load.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dagster import DagsterEventType, EventLogEntry
from dagster._serdes import ConfigurableClassData
from dagster_postgres import PostgresEventLogStorage
from dagster_postgres.utils import pg_url_from_config
from dagster_shared.record import replace


class EventLog(PostgresEventLogStorage):
    """The event log that `dagster.yaml` names."""

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> EventLog:
        return cls(inst_data=inst_data, postgres_url=pg_url_from_config(config_value))

    def store_asset_check_event(self, event: EventLogEntry, event_id: int | None) -> None:
        super().store_asset_check_event(planned_once(event), event_id)


def planned_once(event: EventLogEntry) -> EventLogEntry:
    """The event, without its partitions where it plans a check."""
    if event.dagster_event_type is not DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED or event.dagster_event is None:
        return event
    whole = replace(event.dagster_event.asset_check_planned_data, partitions_subset=None)
    return event._replace(dagster_event=event.dagster_event._replace(event_specific_data=whole))
