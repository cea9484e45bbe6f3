"""What the KPIs are measured by."""

from __future__ import annotations

from dataclasses import dataclass

from nova_assets import settings


@dataclass(frozen=True)
class KpiParameters:
    """The parameters of `sql/kpis/daily/`, by name; docs/kpis.md says where each counts.

    Attributes:
        holding_rate: yearly cost of keeping stock, as a part of its value.
        excess_weeks: what lasts longer, at the demand of the last so many weeks, is excess.
        dead_weeks: what lies there for so many weeks without demand is dead.
        stocked_days: a place without stock for longer has ceased to stock the item.
    """

    holding_rate: float
    excess_weeks: int
    dead_weeks: int
    stocked_days: int = 91

    @classmethod
    def from_settings(cls) -> KpiParameters:
        """What the environment says.

        Raises:
            InvalidSettingError: a setting means nothing.
        """
        return cls(
            settings.holding_rate(), settings.excess_weeks(), max(1, settings.planning_rules().dead_stock_days // 7)
        )
