"""Which models the commands make, and what they tell of them while they are made."""

from __future__ import annotations

from datetime import date, timedelta

from nova_assets.forecasting.catalogue import CATALOGUE, MadeIn
from nova_assets.materialize import FEW_ORIGINS, PROGRESS, models_of

ORIGIN = date(2025, 9, 1)


def left_out(origins: int) -> set[str]:
    made = models_of(ORIGIN - timedelta(weeks=origins - 1), ORIGIN)
    return set(CATALOGUE) - {relation.removeprefix("lake.models.") for relation in made}


def test_models_without_a_run_are_left_to_be_asked_for():
    assert left_out(1) == {name for name, entry in CATALOGUE.items() if entry.made_in is MadeIn.NO_RUN}


def test_of_many_origins_the_models_that_take_a_minute_for_each_are_left_out():
    assert left_out(FEW_ORIGINS) == left_out(1)
    assert left_out(FEW_ORIGINS + 1) - left_out(1) == {"boosted_quantiles"}


def test_a_line_of_progress_is_told_without_what_dagster_puts_before_it():
    before = "2026-01-05 06:32:59 +0000 - dagster - INFO - __ASSET_JOB - 03b5 - lake__models - "
    line = f"{before}tsb: 9 of 25 series, 1 s left\n"
    found = PROGRESS.search(line)
    assert found is not None
    assert found["line"] == "tsb: 9 of 25 series, 1 s left"
    assert PROGRESS.search(line.replace("INFO", "DEBUG")) is None
