"""What kind of demand items have."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec

from nova_api.listings.declaration import Axis, Listing, any_of, equal
from nova_api.vocabulary import AbcBasis, AbcClass, DemandClass, XyzClass


class DemandProfile(msgspec.Struct, frozen=True, kw_only=True):
    """What kind of demand an item has, as known on an origin."""

    origin: Annotated[date, msgspec.Meta(description="Monday on which the profile is taken")]
    item_id: Annotated[str, msgspec.Meta(description="Item")]
    first_demand_on: Annotated[date, msgspec.Meta(description="First day with demand")]
    last_demand_on: Annotated[date, msgspec.Meta(description="Latest day with demand")]
    weeks_observed: Annotated[int, msgspec.Meta(description="Weeks since the first demand")]
    weeks_with_demand: Annotated[int, msgspec.Meta(description="Weeks with demand")]
    demand_total: Annotated[float, msgspec.Meta(description="Demand so far (item's unit)")]
    demand_52w: Annotated[float, msgspec.Meta(description="Demand of 52 weeks (item's unit)")]
    request_lines_52w: Annotated[int, msgspec.Meta(description="Lines in 52 weeks")]
    mean_weekly_demand: Annotated[float, msgspec.Meta(description="Mean over observed weeks (item's unit)")]
    cv: Annotated[
        float | None, msgspec.Meta(description="Standard deviation over mean of weekly demand, zeros included")
    ]
    adi: Annotated[float, msgspec.Meta(description="Average demand interval: weeks observed per week with demand")]
    cv2: Annotated[float | None, msgspec.Meta(description="Squared coefficient of variation of non-zero weekly demand")]
    demand_class: Annotated[
        DemandClass | None,
        msgspec.Meta(
            description="Pattern of the demand (Syntetos, Boylan & Croston 2005); null below two weeks with demand"
        ),
    ]
    abc_class: Annotated[AbcClass | None, msgspec.Meta(description="ABC by cumulated share, 80 % and 95 %")]
    abc_basis: Annotated[
        AbcBasis | None,
        msgspec.Meta(description="What ABC ranks by: yearly value, or request lines where there is no unit cost"),
    ]
    xyz_class: Annotated[XyzClass | None, msgspec.Meta(description="XYZ by CV of weekly demand, 0.5 and 1.0")]
    item_name: Annotated[str | None, msgspec.Meta(description="Name; null: no longer in the register")]
    family: Annotated[str | None, msgspec.Meta(description="Family")]
    unit: Annotated[str | None, msgspec.Meta(description="Unit of its quantities")]


FEATURES = Listing(
    name="Features",
    path="features",
    tag="demand",
    summary="Demand profiles: intervals, variation, ABC and XYZ classes",
    row=DemandProfile,
    sql="features",
    key=("origin", "item_id"),
    filters=(
        any_of("item_id"),
        equal("family"),
        equal("demand_class"),
        equal("abc_class"),
        equal("xyz_class"),
    ),
    sortable=("demand_52w", "adi", "cv2", "mean_weekly_demand", "last_demand_on"),
    axis=Axis("origin", "analytics.features_demand_profile", "from", "to"),
)
