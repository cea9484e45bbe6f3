"""The sources of public data: where each is read from, into which table, and what stands in for it without network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from nova_assets.extracts.external import bcb_ptax, bcb_sgs, ibge_sidra, inmet, open_meteo, simulation
from nova_assets.extracts.external.readings import Reading
from nova_assets.partitions import FIRST_DAY, Window
from nova_assets.registry import Table, external
from nova_assets.resources.http import Http


class Quality(Enum):
    """How a value came to be."""

    OBSERVED = "observed"
    FORECAST = "forecast"
    SIMULATED = "simulated"


@dataclass(frozen=True)
class Source:
    """A public source.

    Attributes:
        table: the staging table it fills.
        host: whose patience it uses; the runs of one host share a pool.
        read: the readings of a window, from the network.
        simulate: the readings that stand in for them.
        quality: what values read from the network are.
        span: the days that are read where the table has no partitions, given the present day.
        fresh_for: how long after the last answer the source counts as fresh; after twice that it is stale.
    """

    table: Table
    host: str
    read: Callable[[Http, Window], list[Reading]]
    simulate: Callable[[Window], list[Reading]]
    quality: Quality = Quality.OBSERVED
    span: Callable[[date], Window] | None = None
    fresh_for: timedelta = timedelta(hours=36)

    @property
    def published(self) -> str:
        """The relation that stands for the source itself in the graph of assets."""
        return self.table.reads[0]


def months_so_far(today: date) -> Window:
    """All days up to today: late months are read again with all others."""
    return Window(FIRST_DAY, today)


def forecast_days(today: date) -> Window:
    """The days that a forecast of today covers, its own past included."""
    return Window(today - timedelta(days=open_meteo.PAST_DAYS), today + timedelta(days=open_meteo.FORECAST_DAYS - 1))


SOURCES = (
    Source(external.BCB_SGS, "api_bcb_gov_br", bcb_sgs.read, simulation.selic),
    Source(external.BCB_PTAX, "olinda_bcb_gov_br", bcb_ptax.read, simulation.ptax),
    Source(external.IBGE_SIDRA, "apisidra_ibge_gov_br", ibge_sidra.read, simulation.ipca, span=months_so_far),
    Source(external.OPEN_METEO_ARCHIVE, "open_meteo_com", open_meteo.read_archive, simulation.weather),
    Source(
        external.OPEN_METEO_FORECAST,
        "open_meteo_com",
        open_meteo.read_forecast,
        simulation.weather,
        quality=Quality.FORECAST,
        span=forecast_days,
    ),
    Source(external.INMET, "portal_inmet_gov_br", inmet.read, simulation.nothing, fresh_for=timedelta(days=45)),
)
