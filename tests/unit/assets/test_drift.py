"""When a row count that moved refuses a publication, when it only warns, and who may say that it is right."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nova_assets.drift import Comparison, Terms, drift_results
from nova_assets.registry import Severity, core, erp, staging
from nova_assets.settings import InvalidSettingError

TABLE = core.FACT_DEMAND_DAILY
REFUSED, WARNED, FINE = "refused", "warned", "fine"


def outcome(*comparisons: Comparison, accepted: bool = False) -> str:
    results = drift_results(TABLE, comparisons, accepted=accepted)
    if any(result.refuses for result in results):
        return REFUSED
    return FINE if all(result.passed for result in results) else WARNED


@pytest.mark.parametrize(
    ("former", "new", "expected"),
    [
        (1000, 100, REFUSED),
        (1000, 499, REFUSED),
        (1000, 500, WARNED),
        (1000, 699, WARNED),
        (1000, 700, FINE),
        (1000, 1300, FINE),
        (1000, 1301, WARNED),
        (100, 49, REFUSED),
        (99, 49, FINE),
        (99, 300, FINE),
        (20, 0, REFUSED),
        (19, 0, FINE),
        (0, 0, FINE),
        (0, 5000, FINE),
    ],
)
def test_rows_that_replace_others_are_about_as_many(former: int, new: int, expected: str):
    assert outcome(Comparison("all rows", former, new)) == expected


def test_new_days_far_below_their_level_warn_and_do_not_refuse():
    assert outcome(Comparison("new days", 1000, 100, replaces=False)) == WARNED


def test_what_was_accepted_is_still_reported():
    lost = Comparison("all rows", 1000, 100)
    assert outcome(lost, accepted=True) == WARNED
    for result in drift_results(TABLE, [lost], accepted=True):
        assert "Accepted" in result.remedy


def test_a_refusal_says_what_was_compared_and_how_to_accept_it():
    [refused] = [r for r in drift_results(TABLE, [Comparison("all rows", 1000, 100)], accepted=False) if r.refuses]
    assert refused.offending_rows == 900
    assert refused.examples == ({"compared": "all rows", "former_rows": 1000, "new_rows": 100, "change": "-90%"},)
    assert "nova/accept_drift=core.fact_demand_daily" in refused.remedy
    assert "--accept-drift core.fact_demand_daily" in str(refused)


def test_a_table_of_its_own_severity_only_warns():
    table = replace(TABLE, warns=("rows_are_not_lost", "row_count_is_steady"))
    results = drift_results(table, [Comparison("all rows", 1000, 0)], accepted=False)
    assert {result.severity for result in results} == {Severity.WARN}


def test_a_table_whose_rows_may_come_and_go_has_no_such_check():
    assert drift_results(staging.REJECTED_ROWS, [Comparison("all rows", 1000, 0)], accepted=False) == []


@pytest.mark.parametrize(
    ("tag", "accepts"),
    [
        (None, False),
        ("", False),
        ("all", True),
        ("core.dim_item", False),
        ("core.dim_item, core.fact_demand_daily", True),
    ],
)
def test_the_tag_names_the_tables_that_are_accepted(tag: str | None, accepts: bool):
    assert Terms.of("workbook", tag).accept(TABLE) is accepts


def test_a_tag_with_an_unknown_table_is_refused():
    with pytest.raises(InvalidSettingError, match=r"core\.dim_itm"):
        Terms.of("workbook", "core.dim_itm")


@pytest.mark.parametrize(
    ("table", "source", "former", "judged"),
    [
        (TABLE, "workbook", "workbook", True),
        (TABLE, "workbook", None, False),
        (TABLE, "erp", "workbook", False),
        (TABLE, None, "workbook", False),
        (erp.ITEMS, "erp", "erp", True),
        (erp.ITEMS, "workbook", "workbook", False),
    ],
)
def test_rows_are_a_measure_only_where_the_same_source_made_them(table, source, former, judged):
    assert Terms(source).judge(table, former) is judged
