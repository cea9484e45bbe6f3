"""Reads of an item's forecasts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from nova_api.database import Row, Snapshot
from nova_api.errors import UnknownError
from nova_api.forecasts.schemas import Forecast, ForecastPoint, ForecastRequest
from nova_api.items.units import item_unit
from nova_api.sqltexts import read_sql


async def forecast(snapshot: Snapshot, asked: ForecastRequest) -> Forecast:
    """One forecast of one item: by default of the latest origin and the served model.

    Raises:
        UnknownError: when there is no such item, or no such origin or model for it.
    """
    unit = await item_unit(snapshot, asked.item_id)
    origins = [row["origin"] for row in await snapshot.rows(read_sql("forecast_origins"), asked.item_id)]
    origin = _choose_origin(origins, asked)
    models = [] if origin is None else await snapshot.rows(read_sql("forecast_models"), asked.item_id, origin)
    chosen = _choose_model(models, asked)
    points = (
        []
        if chosen is None
        else await snapshot.rows(read_sql("forecast_points"), asked.item_id, origin, chosen["model"])
    )
    return Forecast(
        item_id=asked.item_id,
        unit=unit,
        origin=origin,
        origins=origins,
        model=chosen["model"] if chosen else None,
        served=chosen["served"] if chosen else None,
        models=sorted(row["model"] for row in models),
        model_version=chosen["model_version"] if chosen else None,
        generated_at=chosen["generated_at"] if chosen else None,
        data=[ForecastPoint(**row) for row in points],
        versions=snapshot.versions,
    )


def _choose_origin(origins: Sequence[date], asked: ForecastRequest) -> date | None:
    if asked.origin is None:
        return origins[0] if origins else None
    if asked.origin not in origins:
        raise UnknownError(f"item {asked.item_id} has no forecast made at {asked.origin}")
    return asked.origin


def _choose_model(models: Sequence[Row], asked: ForecastRequest) -> Row | None:
    if asked.model is None:
        return models[0] if models else None
    chosen = next((row for row in models if row["model"] == asked.model), None)
    if chosen is None:
        raise UnknownError(f"item {asked.item_id} has no forecast by the model {asked.model} at this origin")
    return chosen
