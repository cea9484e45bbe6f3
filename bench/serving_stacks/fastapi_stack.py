"""FastAPI with pydantic models, SQLAlchemy's asynchronous engine and Redis; uvicorn runs it.

The two resources of `flask_stack`; it runs in `.venv-bench`. A kept body is sent as the bytes it was kept as, which is
the least that FastAPI can do for it.
"""

from __future__ import annotations

import hashlib
import os
from datetime import date
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Query, Request, Response
from pydantic import BaseModel
from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

ITEM = text(os.environ["BENCH_ITEM_SQL"])
SERIES = text(os.environ["BENCH_SERIES_SQL"])
engine = create_async_engine(os.environ["BENCH_DATABASE_URL"].replace("postgresql://", "postgresql+asyncpg://"))
sessions = async_sessionmaker(engine)
redis = Redis.from_url(os.environ["BENCH_REDIS_URL"])
app = FastAPI()


class Item(BaseModel):
    """One item."""

    item_id: str
    item_name: str
    family: str
    category: str
    unit: str
    is_service: bool
    active: bool
    demand_class: str | None
    abc_class: str | None
    abc_basis: str | None
    xyz_class: str | None
    adi: float | None
    cv2: float | None
    weeks_observed: int | None
    weeks_with_demand: int | None
    first_demand_on: date | None
    last_demand_on: date | None
    demand_total: float | None
    demand_52w: float | None
    request_lines_52w: int
    mean_weekly_demand: float | None
    origin: date | None
    served_model: str | None
    forecast_4w: float | None
    lead_time_lines: int
    lead_time_median_days: float | None
    lead_time_p90_days: float | None
    on_hand: float | None
    on_hand_reason: str | None
    unit_cost_brl: float | None
    unit_cost_reason: str | None
    criticality: str | None
    min_order_qty: float | None
    order_multiple: float | None
    attributes: dict[str, Any]


class Point(BaseModel):
    """Demand of one day."""

    date: date
    site_id: str
    demand: float


class Series(BaseModel):
    """Daily demand of one item."""

    item_id: str
    unit: str
    grain: str
    data: list[Point]


def answer(request: Request, body: bytes) -> Response:
    """The body with its tag, or 304 to who holds it."""
    tag = f'"{hashlib.sha1(body).hexdigest()}"'
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"ETag": tag})
    return Response(body, media_type="application/json", headers={"ETag": tag})


@app.get("/api/v1/items/{item_id}", response_model=Item)
async def item(request: Request, item_id: str) -> Response:
    """One item."""
    key = f"fastapi:item:{item_id}"
    body = await redis.get(key)
    if body is None:
        async with sessions() as session:
            row = (await session.execute(ITEM, {"item_id": item_id})).mappings().one_or_none()
        if row is None:
            raise HTTPException(404)
        body = Item(**row).model_dump_json().encode()
        await redis.set(key, body, ex=3600)
    return answer(request, body)


@app.get("/api/v1/items/{item_id}/timeseries", response_model=Series)
async def timeseries(
    request: Request,
    item_id: str,
    grain: str,
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
) -> Response:
    """Daily demand of one item."""
    key = f"fastapi:series:{item_id}:{grain}:{first}:{last}"
    body = await redis.get(key)
    if body is None:
        async with sessions() as session:
            found = await session.execute(SERIES, {"item_id": item_id, "first": first, "last": last})
            rows = found.mappings().all()
        if not rows:
            raise HTTPException(404)
        data = [Point(date=row["date"], site_id=row["site_id"], demand=row["demand"]) for row in rows]
        body = Series(item_id=item_id, unit=rows[0]["unit"], grain=grain, data=data).model_dump_json().encode()
        await redis.set(key, body, ex=3600)
    return answer(request, body)
