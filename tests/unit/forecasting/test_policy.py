"""The policy is complete, names models that exist, and the document shows the same table."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from nova_assets.forecasting.models import MODELS
from nova_assets.forecasting.models.smoothing import SmoothingModel
from nova_assets.forecasting.parameters import (
    FEWEST_DEMANDS,
    FEWEST_WEEKS_FOR_VARIANCE,
    HORIZON_WEEKS,
    QUANTILES,
    SHORTEST_HISTORY_WEEKS,
)
from nova_assets.forecasting.policy import BENCHMARKS, POLICY, policy_classes

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "forecasting.md"


def table_after(heading: str) -> list[list[str]]:
    """The cells of the first Markdown table below a heading of the document, without its two head rows."""
    text = DOCUMENT.read_text(encoding="utf-8").split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines[2:]]


def profile(demand_class: str | None, weeks: int, demands: int) -> pd.DataFrame:
    return pd.DataFrame(
        {"demand_class": [demand_class], "weeks_observed": [weeks], "weeks_with_demand": [demands]}, index=["A"]
    )


def test_the_document_shows_the_policy_of_the_code() -> None:
    assert table_after("Which model is served") == [[rule.demand_class, rule.model, rule.reason] for rule in POLICY]


def test_the_document_lists_the_models_of_the_code() -> None:
    rows = {name: (estimator, source) for name, estimator, source in table_after("Models")}
    assert set(rows) == set(MODELS)
    for model in MODELS.values():
        if isinstance(model, SmoothingModel):
            assert rows[model.name] == (model.estimator, model.source)


def test_the_document_states_the_figures_of_the_code() -> None:
    text = " ".join(DOCUMENT.read_text(encoding="utf-8").split())
    for statement in (
        f"{HORIZON_WEEKS} weeks",
        f"when it has fewer than {SHORTEST_HISTORY_WEEKS} weeks of history",
        f"with fewer than {FEWEST_WEEKS_FOR_VARIANCE} weeks of history it is",
        f"fewer than {FEWEST_DEMANDS} weeks with demand",
        ", ".join(QUANTILES),
    ):
        assert statement in text


def test_every_class_has_one_rule_and_every_rule_a_model() -> None:
    classes = [rule.demand_class for rule in POLICY]
    assert sorted(classes) == ["erratic", "intermittent", "lumpy", "smooth", "too_short"]
    assert {rule.model for rule in POLICY} | set(BENCHMARKS) <= set(MODELS)


@pytest.mark.parametrize(
    ("demand_class", "weeks", "demands", "expected"),
    [
        ("lumpy", SHORTEST_HISTORY_WEEKS, FEWEST_DEMANDS, "lumpy"),
        ("lumpy", SHORTEST_HISTORY_WEEKS - 1, FEWEST_DEMANDS, "too_short"),
        ("smooth", 52, FEWEST_DEMANDS - 1, "too_short"),
        (None, 52, 10, "too_short"),
    ],
)
def test_an_item_has_its_demand_class_or_too_short_a_history(
    demand_class: str | None, weeks: int, demands: int, expected: str
) -> None:
    assert policy_classes(profile(demand_class, weeks, demands)).tolist() == [expected]
