"""The checks of what is served, which run before it is written: a failed one leaves lake and warehouse as they were."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import dagster as dg

from nova_assets.factories import asset_key
from nova_assets.forecasting.parameters import JUDGED_WEEKS, VALIDATION_WEEKS
from nova_assets.registry.lake import FORECASTS

if TYPE_CHECKING:
    from nova_assets.forecasting.judgement import Judgement

NO_WORSE, COVERS = "no_worse_than_present_formula", "covers_what_it_says"
_SAMPLE = (
    f"Of what was served from the origins of the last {JUDGED_WEEKS} weeks, {VALIDATION_WEEKS} weeks apart, whose "
    f"{VALIDATION_WEEKS} weeks have ended; an item counts once."
)
MEANINGS: Mapping[str, str] = {
    NO_WORSE: "The ensemble's scaled pinball loss at 50 to 99 % is less than that of the present formula. Refuses "
    "where it is greater, and by so much that chance would do it less than once in a hundred times (t-test, paired by "
    f"item); warns where it is not less otherwise. {_SAMPLE}",
    COVERS: "The 95 % quantile covers 92.5 to 97.5 %. Refuses where the whole 99 % interval of the coverage (Wilson) "
    "lies outside. Of an item whose 95 % quantile is no demand at all, which may rightly come in more than 95 % of "
    f"cases, the part that the quantile cuts off is counted (non-randomized PIT, Czado et al. 2009). {_SAMPLE}",
}


def served_check_specs() -> list[dg.AssetCheckSpec]:
    """Both checks, of the asset whose rows are loaded and served."""
    return [
        dg.AssetCheckSpec(name, asset=asset_key(FORECASTS.relation), description=meaning, blocking=True)
        for name, meaning in MEANINGS.items()
    ]


def served_check_results(judgement: "Judgement | None") -> list[dg.AssetCheckResult]:
    """What the checks found; without a past origin there is nothing to object to, and they say so."""
    if judgement is None:
        nothing = {"origins": 0}
        return [_result(name, True, False, "No origin with an ensemble has ended yet.", nothing) for name in MEANINGS]
    sample = {"origins": len(judgement.origins), "from": str(judgement.origins[0]), "to": str(judgement.origins[-1])}
    loss = {"items": judgement.items_compared, "ratio": judgement.ratio, "chance": judgement.chance}
    coverage = {
        "items": judgement.items,
        "coverage": judgement.coverage,
        "coverage_from": judgement.coverage_from,
        "coverage_to": judgement.coverage_to,
    }
    worse, misses = judgement.is_worse, judgement.misses_coverage
    return [
        _result(NO_WORSE, not judgement.is_no_better, worse, judgement.of_loss, sample | loss),
        _result(COVERS, not misses, misses, judgement.of_coverage, sample | coverage),
    ]


def require_served(results: list[dg.AssetCheckResult]) -> None:
    """Raises where a check refuses.

    Raises:
        dagster.Failure: says what was found, and what to do.
    """
    refused = [result for result in results if not result.passed and result.severity is dg.AssetCheckSeverity.ERROR]
    if not refused:
        return
    found = " ".join(f"{result.check_name}: {result.description}" for result in refused)
    raise dg.Failure(
        f"The ensemble is refused; the forecasts that were there stay served. {found} The metadata of "
        "lake/forecast_accuracy and the table analytics.ensemble_standings tell which model is at fault. Mend it, or "
        "take it out of the catalogue, and make the past origins again too, from the first judged one on: "
        "`nova backfill --from DAY --to DAY --downstream`, or all by `nova materialize`.",
        metadata={f"{one.check_name} {name}": value for one in refused for name, value in one.metadata.items()},
        allow_retries=False,
    )


def _result(name: str, passed: bool, refuses: bool, found: str, figures: Mapping[str, Any]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=asset_key(FORECASTS.relation),
        check_name=name,
        passed=passed,
        severity=dg.AssetCheckSeverity.ERROR if refuses else dg.AssetCheckSeverity.WARN,
        description=found,
        # JSON has no NaN, which stands for what the sample cannot tell.
        metadata={figure: value for figure, value in figures.items() if value == value},
    )
