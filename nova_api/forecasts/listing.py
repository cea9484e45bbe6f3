"""Forecasts of many items and how good they were."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec

from nova_api.listings.declaration import Axis, Listing, any_of, equal, span


class ForecastWeek(msgspec.Struct, frozen=True, kw_only=True):
    """Demand of an item expected in one week, as forecast on an origin by a model."""

    origin: Annotated[date, msgspec.Meta(description="Monday of the forecast; demand before it was known")]
    item_id: Annotated[str, msgspec.Meta(description="Item")]
    site_id: Annotated[str, msgspec.Meta(description="Site; ALL = all sites together")]
    model: Annotated[str, msgspec.Meta(description="Model")]
    forecast_date: Annotated[date, msgspec.Meta(description="Monday of the forecast week")]
    forecast_value: Annotated[float | None, msgspec.Meta(description="Expected demand of the week (item's unit)")]
    served: Annotated[bool, msgspec.Meta(description="The model that planners see for this item")]
    model_version: Annotated[str, msgspec.Meta(description="Code, parameters and data of the model")]
    generated_at: Annotated[datetime, msgspec.Meta(description="When it was computed")]
    q05: Annotated[float | None, msgspec.Meta(description="5 % quantile of the week's demand")]
    q10: Annotated[float | None, msgspec.Meta(description="10 % quantile of the week's demand")]
    q50: Annotated[float | None, msgspec.Meta(description="50 % quantile of the week's demand")]
    q80: Annotated[float | None, msgspec.Meta(description="80 % quantile of the week's demand")]
    q90: Annotated[float | None, msgspec.Meta(description="90 % quantile of the week's demand")]
    q95: Annotated[float | None, msgspec.Meta(description="95 % quantile of the week's demand")]
    q99: Annotated[float | None, msgspec.Meta(description="99 % quantile of the week's demand")]


class ForecastScore(msgspec.Struct, frozen=True, kw_only=True):
    """How good the forecasts of a model from one origin were, for a segment of items and a number of weeks."""

    origin: Annotated[date, msgspec.Meta(description="Monday of the forecast")]
    model: Annotated[str, msgspec.Meta(description="Model; `zero` is a forecast of nothing")]
    segment_kind: Annotated[
        Literal["all", "demand_class", "family"], msgspec.Meta(description="What the items have in common")
    ]
    segment: Annotated[
        str, msgspec.Meta(description="Demand class on the origin, `too_short` where there is none; family; or `all`")
    ]
    weeks: Annotated[int, msgspec.Meta(description="Number of weeks from the origin on")]
    items: Annotated[int, msgspec.Meta(description="Items that the model spoke of")]
    items_compared: Annotated[
        int,
        msgspec.Meta(
            description="Those of them with two demands and a change to scale by, of which the losses are the means"
        ),
    ]
    pinball_q50: Annotated[
        float | None, msgspec.Meta(description="Mean pinball loss of the 50 % quantile ÷ (weeks × mean weekly change)")
    ]
    pinball_q80: Annotated[
        float | None, msgspec.Meta(description="Mean pinball loss of the 80 % quantile ÷ (weeks × mean weekly change)")
    ]
    pinball_q90: Annotated[
        float | None, msgspec.Meta(description="Mean pinball loss of the 90 % quantile ÷ (weeks × mean weekly change)")
    ]
    pinball_q95: Annotated[
        float | None, msgspec.Meta(description="Mean pinball loss of the 95 % quantile ÷ (weeks × mean weekly change)")
    ]
    pinball_q99: Annotated[
        float | None, msgspec.Meta(description="Mean pinball loss of the 99 % quantile ÷ (weeks × mean weekly change)")
    ]
    pinball_mean: Annotated[float | None, msgspec.Meta(description="Mean of these losses")]
    ratio_to_present_formula: Annotated[
        float | None, msgspec.Meta(description="pinball_mean ÷ that of the present formula, of the same items")
    ]
    coverage_q50: Annotated[float, msgspec.Meta(description="Share within the 50 % quantile (share of 1)")]
    coverage_q80: Annotated[float, msgspec.Meta(description="Share within the 80 % quantile (share of 1)")]
    coverage_q90: Annotated[float, msgspec.Meta(description="Share within the 90 % quantile (share of 1)")]
    coverage_q95: Annotated[float, msgspec.Meta(description="Share within the 95 % quantile (share of 1)")]
    coverage_q99: Annotated[float, msgspec.Meta(description="Share within the 99 % quantile (share of 1)")]
    bias: Annotated[float | None, msgspec.Meta(description="Σ(forecast − demand) ÷ Σdemand (share)")]
    mase: Annotated[
        float | None, msgspec.Meta(description="Mean absolute scaled error of single weeks; null beyond 13")
    ]
    rmsse: Annotated[float | None, msgspec.Meta(description="Root mean squared scaled error, likewise")]
    wape: Annotated[float | None, msgspec.Meta(description="Σ|forecast − demand| ÷ Σdemand (share)")]
    pit_histogram: Annotated[
        list[float],
        msgspec.Meta(description="Items by tenth of their probability integral transform; even where quantiles hold"),
    ]
    model_version: Annotated[str | None, msgspec.Meta(description="Hashes of code, parameters and data")]


class LeadTimeDemand(msgspec.Struct, frozen=True, kw_only=True):
    """Demand of an item from one order to the arrival of the next, as forecast on an origin."""

    origin: Annotated[date, msgspec.Meta(description="Monday of the forecast; what lies before it was known")]
    item_id: Annotated[str, msgspec.Meta(description="Item")]
    site_id: Annotated[str, msgspec.Meta(description="Site; ALL = all sites together")]
    supplier_id: Annotated[
        str | None,
        msgspec.Meta(description="Supplier of most lines of 52 weeks; null: none, the portfolio's lead time is taken"),
    ]
    supplier_lines: Annotated[
        int, msgspec.Meta(description="Lines of the last 52 weeks, whose suppliers the lead time is mixed from")
    ]
    basis: Annotated[
        Literal["requested_to_received", "requested_to_ordered"],
        msgspec.Meta(description="The days that are meant: from the request to the first receipt, or to the order"),
    ]
    lead_time_mean_days: Annotated[float, msgspec.Meta(description="Mean lead time of the item")]
    lead_time_p90_days: Annotated[float, msgspec.Meta(description="Nine of ten orders take no longer")]
    review_period_days: Annotated[int, msgspec.Meta(description="Days between two looks at an item")]
    lead_time_demand: Annotated[float, msgspec.Meta(description="Expected demand over the lead time (item's unit)")]
    expected_demand: Annotated[
        float, msgspec.Meta(description="Expected demand over lead time and review period (item's unit)")
    ]
    q05: Annotated[float, msgspec.Meta(description="5 % quantile over lead time and review period (item's unit)")]
    q10: Annotated[float, msgspec.Meta(description="10 % quantile over lead time and review period (item's unit)")]
    q50: Annotated[float, msgspec.Meta(description="50 % quantile over lead time and review period (item's unit)")]
    q80: Annotated[float, msgspec.Meta(description="80 % quantile over lead time and review period (item's unit)")]
    q90: Annotated[float, msgspec.Meta(description="90 % quantile over lead time and review period (item's unit)")]
    q95: Annotated[float, msgspec.Meta(description="95 % quantile over lead time and review period (item's unit)")]
    q99: Annotated[float, msgspec.Meta(description="99 % quantile over lead time and review period (item's unit)")]
    quantiles: Annotated[
        list[float],
        msgspec.Meta(description="Quantiles at 1 %, 2 %, … 99 % over lead time and review period (item's unit)"),
    ]
    beyond_share: Annotated[
        float,
        msgspec.Meta(description="Chance that lead time and review period are longer than the longest demand forecast"),
    ]
    model_version: Annotated[str, msgspec.Meta(description="Hashes of code, parameters and data")]
    generated_at: Annotated[datetime, msgspec.Meta(description="When it was computed")]


FORECASTS = Listing(
    name="Forecasts",
    path="forecasts",
    tag="forecasts",
    summary="Weekly forecasts of many items with their quantiles, by origin and model",
    row=ForecastWeek,
    sql="forecasts",
    key=("origin", "item_id", "site_id", "model", "forecast_date"),
    filters=(
        any_of("item_id"),
        equal("model"),
        equal("served", "The model that planners see, or the others; absent: all"),
        *span("forecast_date"),
    ),
    axis=Axis("origin", "analytics.fact_forecasts", "origin_from", "origin_to"),
)

ACCURACY = Listing(
    name="Accuracy",
    path="accuracy",
    tag="forecasts",
    summary="How good every model was from each origin, by segment of items and number of weeks",
    row=ForecastScore,
    sql="forecast_scores",
    key=("origin", "model", "segment_kind", "segment", "weeks"),
    filters=(
        equal("origin"),
        *span("origin"),
        equal("model"),
        equal("segment_kind"),
        equal("segment"),
        equal("weeks"),
    ),
    sortable=("pinball_mean", "wape"),
)

LEAD_TIME_DEMAND = Listing(
    name="LeadTimeDemand",
    path="lead-time-demand",
    tag="forecasts",
    summary="Demand over lead time and review period with its quantiles, of which reorder points are made",
    row=LeadTimeDemand,
    sql="lead_time_demand",
    key=("origin", "item_id", "site_id"),
    filters=(any_of("item_id"), any_of("site_id"), any_of("supplier_id")),
    sortable=("expected_demand", "lead_time_mean_days"),
    axis=Axis("origin", "analytics.lead_time_demand", "origin_from", "origin_to"),
)
