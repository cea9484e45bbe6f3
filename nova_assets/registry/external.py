"""Tables of public data: one staging table per source, all of one shape, and the fact that unites them."""

from collections.abc import Mapping

from nova_assets.registry.model import Column, Grain, Table

OWNER = "team:data-engineering"
QUALITIES = ("observed", "forecast", "simulated")
SOURCES = ("bcb_sgs", "bcb_ptax", "ibge_sidra", "open_meteo", "inmet")

# The sources themselves, as they appear at the beginning of the lineage.
PUBLIC: Mapping[str, str] = {
    "public.bcb_sgs": "Banco Central do Brasil, series 432: SELIC target, every day.",
    "public.bcb_ptax": "Banco Central do Brasil, PTAX: bulletins of the US dollar, several each business day.",
    "public.ibge_sidra": "IBGE, SIDRA table 1737: monthly change of the consumer price index IPCA.",
    "public.open_meteo_archive": "Open-Meteo archive: hours of past weather at given coordinates, from reanalysis.",
    "public.open_meteo_forecast": "Open-Meteo forecast: hours of the coming 16 days at given coordinates.",
    "public.inmet_stations": "INMET: hours measured by automatic weather stations, one zip file a year.",
}


def _columns(sources: tuple[str, ...] = ()) -> tuple[Column, ...]:
    def of(name: str) -> tuple[str, ...]:
        return tuple(f"{relation}.{name}" for relation in sources)

    return (
        Column("series", "text", "What was measured, such as usd_brl_sell or rain", of("series")),
        Column("region", "text", "Region of the weather, or BR for the whole country", of("region")),
        Column("date", "date", "Day; of a monthly value, the first of its month", of("date")),
        Column("value", "numeric(18,6)", "Value, in the row's unit", of("value")),
        Column("unit", "text", "Unit of the value", of("unit")),
        Column("quality", "text", "How the value came to be", of("quality"), allowed=QUALITIES),
        Column("fetched_at", "timestamptz", "When it was read, or simulated", of("fetched_at"), volatile=True),
    )


def _staging(name: str, published: str, meaning: str, grain: Grain) -> Table:
    return Table(
        schema="staging",
        name=f"external_{name}",
        group="external",
        meaning=meaning,
        owner=OWNER,
        key=("series", "region", "date"),
        grain=grain,
        window_column="date" if grain is Grain.DAILY else None,
        reads=(f"public.{published}",),
        # Rows are merged, so real ones never go; simulated ones do when the network is read for the first time.
        drift=None,
        columns=_columns(),
    )


BCB_SGS = _staging("bcb_sgs", "bcb_sgs", "SELIC target in force on each day.", Grain.DAILY)
BCB_PTAX = _staging(
    "bcb_ptax", "bcb_ptax", "Reais per US dollar by the closing bulletin of each business day.", Grain.DAILY
)
IBGE_SIDRA = _staging(
    "ibge_sidra",
    "ibge_sidra",
    "Monthly change of consumer prices (IPCA), read whole: a month comes out after its days are past.",
    Grain.WHOLE,
)
OPEN_METEO_ARCHIVE = _staging(
    "open_meteo_archive",
    "open_meteo_archive",
    "Rain, strongest wind and mean temperature of each region and past day, out of hours of a weather model.",
    Grain.DAILY,
)
OPEN_METEO_FORECAST = _staging(
    "open_meteo_forecast",
    "open_meteo_forecast",
    "The same for coming days, by the latest forecast; of days past, the last forecast that was made for them.",
    Grain.WHOLE,
)
INMET = _staging(
    "inmet_stations",
    "inmet_stations",
    "Rain, strongest wind and mean temperature that INMET's station in each region measured.",
    Grain.DAILY,
)
STAGING = (BCB_SGS, BCB_PTAX, IBGE_SIDRA, OPEN_METEO_ARCHIVE, OPEN_METEO_FORECAST, INMET)

FACT_EXTERNAL_DAILY = Table(
    schema="core",
    name="fact_external_daily",
    group="core",
    meaning="Public data per source, series, region and day: interest, exchange rate, prices, weather and forecasts. "
    "A value says whether it was observed, forecast or simulated.",
    owner=OWNER,
    key=("source", "series", "region", "date"),
    grain=Grain.DAILY,
    window_column="date",
    # As of the tables it is made from.
    drift=None,
    columns=(
        Column("source", "text", "Who measured it", allowed=SOURCES),
        *_columns(tuple(table.relation for table in STAGING)),
    ),
)

TABLES = (*STAGING, FACT_EXTERNAL_DAILY)
