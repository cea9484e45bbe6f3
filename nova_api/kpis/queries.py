"""Reads of the figures of the whole operation."""

from __future__ import annotations

from nova_api.database import Snapshot
from nova_api.kpis.schemas import (
    DemandDailyFamily,
    DemandDailyFamilyList,
    FamilyDaysRequest,
    ForecastAccuracy,
    ForecastAccuracyList,
    ForecastAccuracyRequest,
    Kpi,
    KpiList,
    LeadTime,
    LeadTimeList,
    LeadTimesRequest,
    RequestsOpenDaily,
    RequestsOpenDailyList,
)
from nova_api.limits import PROBE_ROWS, within_limit
from nova_api.sqltexts import read_sql


async def kpis(snapshot: Snapshot) -> KpiList:
    """The summary figures."""
    rows = await snapshot.rows(read_sql("kpi_summary"))
    return KpiList(data=[Kpi(**row) for row in rows], versions=snapshot.versions)


async def demand_daily_family(snapshot: Snapshot, asked: FamilyDaysRequest) -> DemandDailyFamilyList:
    """Demand by day, family and unit."""
    rows = await snapshot.rows(read_sql("demand_daily_family"), asked.first, asked.last, asked.family, PROBE_ROWS)
    data = [DemandDailyFamily(**row) for row in within_limit(rows, "from")]
    return DemandDailyFamilyList(data=data, versions=snapshot.versions)


async def requests_open_daily(snapshot: Snapshot, asked: FamilyDaysRequest) -> RequestsOpenDailyList:
    """Open request lines by day and family."""
    rows = await snapshot.rows(read_sql("requests_open_daily"), asked.first, asked.last, asked.family, PROBE_ROWS)
    data = [RequestsOpenDaily(**row) for row in within_limit(rows, "from")]
    return RequestsOpenDailyList(data=data, versions=snapshot.versions)


async def lead_times(snapshot: Snapshot, asked: LeadTimesRequest) -> LeadTimeList:
    """Lead times by supplier and family."""
    rows = await snapshot.rows(read_sql("lead_times"), asked.family, asked.supplier_id, PROBE_ROWS)
    data = [LeadTime(**row) for row in within_limit(rows, "family")]
    return LeadTimeList(data=data, versions=snapshot.versions)


async def forecast_accuracy(snapshot: Snapshot, asked: ForecastAccuracyRequest) -> ForecastAccuracyList:
    """Scores by model, demand class and horizon."""
    rows = await snapshot.rows(read_sql("forecast_accuracy"), asked.model, asked.demand_class, PROBE_ROWS)
    data = [ForecastAccuracy(**row) for row in within_limit(rows, "model")]
    return ForecastAccuracyList(data=data, versions=snapshot.versions)
