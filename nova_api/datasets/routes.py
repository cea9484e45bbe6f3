"""GET /api/v1/datasets."""

import time
from datetime import UTC, datetime

from litestar import Controller, Response, get
from litestar.di import NamedDependency

from nova_api.auth.permissions import OPTION, Permission
from nova_api.cache.policy import DAY
from nova_api.datasets.schemas import Dataset, DatasetList
from nova_api.errors import UnavailableError
from nova_api.http.problems import documented
from nova_api.settings import Settings
from nova_api.versions import DatasetVersion, Known, VersionMap

LATE_AFTER = 2 * DAY
"""Seconds. Tables are computed each night; one night may be missed."""


class DatasetController(Controller):
    """The catalogue of served tables; it is the version map itself, so it costs no query and is never kept."""

    path = "/api/v1/datasets"
    tags = ("datasets",)

    @get(
        "/",
        operation_id="listDatasets",
        opt={OPTION: Permission.READ},
        summary="Served tables: version, run, rows and age",
        description="Made from `support.dataset_versions`.",
        responses=documented(400, 500, 503),
    )
    async def list_datasets(
        self, versions: NamedDependency[VersionMap], settings: NamedDependency[Settings]
    ) -> Response[DatasetList]:
        """List the served tables."""
        known = versions.last_known
        if known is None or time.time() - known.read_at > DAY:
            raise UnavailableError("the versions of the datasets cannot be read")
        source = "memory" if versions.confirmed is not None else "stale"
        headers = {
            "Cache-Control": "no-store",
            "Age": str(int(time.time() - known.read_at)),
            "X-Cache": source,
        }
        return Response(catalogue(known, settings.dagster_origin, datetime.now(UTC)), headers=headers)


def catalogue(known: Known, dagster_origin: str, now: datetime) -> DatasetList:
    """The body, with ages at `now`."""
    return DatasetList(
        data=[_described(dataset, dagster_origin, now) for dataset in known.datasets.values()],
        versions=known.versions(tuple(known.datasets)),
    )


def _described(dataset: DatasetVersion, dagster_origin: str, now: datetime) -> Dataset:
    age = max(0, int((now - dataset.materialized_at).total_seconds()))
    return Dataset(
        **{name: getattr(dataset, name) for name in dataset.__struct_fields__},
        freshness="late" if age > LATE_AFTER else "fresh",
        age_seconds=age,
        # An asset's key is its schema and table, so the address of its page follows from the dataset's name.
        dagster_url=f"{dagster_origin.rstrip('/')}/assets/{dataset.dataset.replace('.', '/')}",
    )
