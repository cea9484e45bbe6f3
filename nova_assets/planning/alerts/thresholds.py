"""From where on there are alerts."""

from __future__ import annotations

from dataclasses import dataclass

from nova_assets import settings


@dataclass(frozen=True)
class AlertThresholds:
    """The parameters of `sql/planning/alerts/`, by name; docs/alerts.md has the reasons.

    Attributes:
        late_days: days that a delivery may be late.
        lost_supply_days: so late, an order is not waited for any longer.
        excess_brl: value of an item's excess stock.
        excess_weeks: what lasts longer, at the demand of the last so many weeks, is excess.
        dead_weeks: what lies there for so many weeks without demand is dead.
        stockout_chance: chance of a stockout within the lead time, and one that is as good as sure.
        place_days: days until a stocking place is empty, at median demand.
        drift_lines: fewest lines of a supplier in each span.
        drift_t: Welch's t of the logarithms of its lead times.
        drift_ratio: of their geometric means, up or down.
        outlier_score: modified z-score of a demand.
        bias_weeks: weeks that a forecast is judged by, at most, and `bias_fewest` at least.
        bias_signal: standard deviations of the tracking signal.
        bias_share: errors over the demand.
    """

    late_days: int
    lost_supply_days: int
    excess_brl: float
    excess_weeks: int
    dead_weeks: int
    stockout_chance: float = 0.5
    sure_stockout_chance: float = 0.9
    place_days: int = 7
    drift_lines: int = 8
    drift_t: float = 3.0
    drift_ratio: float = 1.25
    outlier_score: float = 3.5
    bias_weeks: int = 26
    bias_fewest: int = 10
    bias_signal: float = 3.0
    bias_share: float = 0.3

    @classmethod
    def from_settings(cls) -> AlertThresholds:
        """What the environment says.

        Raises:
            InvalidSettingError: a setting means nothing.
        """
        rules = settings.planning_rules()
        return cls(
            settings.alert_late_days(),
            rules.lost_supply_days,
            settings.alert_excess_brl(),
            settings.excess_weeks(),
            max(1, rules.dead_stock_days // 7),
        )
