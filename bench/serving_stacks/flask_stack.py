"""The seed stack as its users write it: Flask, SQLAlchemy, flask-caching on Redis; gunicorn runs it.

Two resources with the fields of Nova's: an item, and the daily demand of an item. It runs in `.venv-bench`.
"""

from __future__ import annotations

import os
from datetime import date
from decimal import Decimal
from typing import Any

from flask import Flask, Response, abort, jsonify, request
from flask.json.provider import DefaultJSONProvider
from flask_caching import Cache
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import text


class Json(DefaultJSONProvider):
    """Dates as ISO says, fields in the order of the query."""

    sort_keys = False

    @staticmethod
    def default(o: Any) -> Any:
        """What the standard library cannot write."""
        if isinstance(o, date):
            return o.isoformat()
        return float(o) if isinstance(o, Decimal) else DefaultJSONProvider.default(o)


app = Flask(__name__)
app.json = Json(app)
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["BENCH_DATABASE_URL"].replace(
    "postgresql://", "postgresql+psycopg2://"
)
app.config["CACHE_TYPE"] = "RedisCache"
app.config["CACHE_REDIS_URL"] = os.environ["BENCH_REDIS_URL"]
app.config["CACHE_KEY_PREFIX"] = "flask:"
app.config["CACHE_DEFAULT_TIMEOUT"] = 3600
db = SQLAlchemy(app)
cache = Cache(app)
ITEM = text(os.environ["BENCH_ITEM_SQL"])
SERIES = text(os.environ["BENCH_SERIES_SQL"])


@app.after_request
def conditional(response: Response) -> Response:
    """An entity tag, and 304 to who holds it."""
    response.add_etag()
    return response.make_conditional(request)


@app.get("/api/v1/items/<item_id>")
@cache.cached(query_string=False)
def item(item_id: str) -> Response:
    """One item."""
    row = db.session.execute(ITEM, {"item_id": item_id}).mappings().one_or_none()
    if row is None:
        abort(404)
    return jsonify(dict(row))


@app.get("/api/v1/items/<item_id>/timeseries")
@cache.cached(query_string=True)
def timeseries(item_id: str) -> Response:
    """Daily demand of one item."""
    span = {name: date.fromisoformat(given) if (given := request.args.get(name)) else None for name in ("from", "to")}
    rows = db.session.execute(SERIES, {"item_id": item_id, "first": span["from"], "last": span["to"]}).mappings().all()
    if not rows:
        abort(404)
    data = [{"date": row["date"], "site_id": row["site_id"], "demand": row["demand"]} for row in rows]
    return jsonify({"item_id": item_id, "unit": rows[0]["unit"], "grain": "day", "data": data})
