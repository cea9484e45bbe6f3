"""Places that material is requested for or kept in."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from nova_api.listings.declaration import Listing, any_of, contains, equal


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """A place that material is requested for or kept in."""

    site_id: Annotated[str, msgspec.Meta(description="Site code of the ERP; UNKNOWN where a line names none")]
    site_name: Annotated[str, msgspec.Meta(description="Name; the code where the source has no name")]
    state: Annotated[str | None, msgspec.Meta(description="Brazilian state")]
    region: Annotated[str | None, msgspec.Meta(description="Region")]
    site_type: Annotated[
        Literal["tower", "team", "warehouse", "office", "regional", "unknown"],
        msgspec.Meta(description="Kind of place"),
    ]
    client: Annotated[str | None, msgspec.Meta(description="Tower owner; null: not in the source")]


SITES = Listing(
    name="Sites",
    path="sites",
    tag="sites",
    summary="Towers, teams, warehouses and offices",
    row=Site,
    sql="sites",
    key=("site_id",),
    filters=(
        contains("site_id", "site_name"),
        any_of("site_id"),
        equal("site_type"),
        equal("state"),
        equal("region"),
        equal("client"),
    ),
    sortable=("site_name",),
)
