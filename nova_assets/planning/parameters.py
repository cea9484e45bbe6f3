"""What a company decides about its stock."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from nova_assets import settings
from nova_assets.planning.policy.lots import LotCosts
from nova_assets.planning.policy.service import ServiceTargets, ServiceTargetsError


class Method(Enum):
    """How reorder points are found: by a target of each item, by one multiplier for all, or by the classic formula."""

    SERVICE = "service"
    ALLOCATED = "allocated"
    CLASSIC = "classic"


@dataclass(frozen=True)
class Parameters:
    """Targets, costs, and the method that is planned by.

    Attributes:
        targets: target service of each item.
        fill_target: share of requests that the assortment is to serve from stock, for the allocation.
        budget_brl: value of stock that the allocation keeps to instead; None: the fill target rules.
        floor: lowest target service that the allocation gives an item.
        costs: of lots.
        method: what is planned by; None: allocated where an item's price is known, else service.
    """

    targets: ServiceTargets
    fill_target: float
    budget_brl: float | None
    floor: float
    costs: LotCosts
    method: Method | None

    @classmethod
    def from_settings(cls) -> Parameters:
        """What the environment says.

        Raises:
            InvalidSettingError: a setting means nothing.
        """
        method = settings.policy_method()
        try:
            targets = ServiceTargets.parse(settings.service_targets())
        except ServiceTargetsError as error:
            raise settings.InvalidSettingError(f"NOVA_SERVICE_TARGETS: {error}") from error
        return cls(
            targets=targets,
            fill_target=settings.fill_target(),
            budget_brl=settings.stock_budget_brl(),
            floor=settings.service_floor(),
            costs=LotCosts(
                settings.order_cost_brl(),
                settings.holding_rate(),
                settings.most_cover_months(),
                settings.unpriced_cover_months(),
            ),
            method=Method(method) if method else None,
        )
