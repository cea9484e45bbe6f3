"""Each repair, merge and rejection of docs/erp-workbook.md, and that no line is ever lost."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nova_assets.extracts.workbook.lines import NO_FAMILY, UNKNOWN, repair
from nova_assets.extracts.workbook.rules import CODES, RULES, Action
from tests.support.workbooks import A_LINE, workbook

TODAY = date(2026, 1, 31)
DOCS = Path(__file__).resolve().parents[3] / "docs" / "erp-workbook.md"


def repaired(*changes, **book):
    return repair(workbook(*changes, **book), TODAY)


def only(*changes, **book):
    return repaired(*changes, **book).lines[0]


def test_a_clean_line_is_kept_as_it_is():
    line = only({})
    assert (line.status, line.repairs) == ("kept", ())
    assert (line.item_id, line.quantity, line.requisition_id) == ("010825", Decimal(10), "94657")


@pytest.mark.parametrize(
    ("change", "column", "value", "rule"),
    [
        ({"deposito": " BAFRD017 "}, "site_id", "BAFRD017", "blanks"),
        ({"deposito": "N/A"}, "site_id", UNKNOWN, "site_missing"),
        ({"data_requisitada": "N/A"}, "needed_on", None, "empty_words"),
        ({"data_solicitado": "03/03/2025"}, "requested_on", date(2025, 3, 3), "text_date"),
        ({"quantidade": "1.234,5"}, "quantity", Decimal("1234.5"), "text_number"),
        ({"u_m": "MT"}, "unit", "M", "unit_spelling"),
        ({"material": None}, "item_name", "010825", "name_missing"),
        ({"familia": None}, "family", NO_FAMILY, "family_missing"),
        ({"nome_fornec": "-"}, "supplier_id", UNKNOWN, "supplier_missing"),
        ({"solicitacao": None}, "requisition_id", "ROW2", "requisition_missing"),
        ({"data_solicitado": None}, "requested_on", date(2025, 3, 10), "request_date_missing"),
        ({"data_de_compra": date(2022, 3, 10)}, "ordered_on", None, "order_date_implausible"),
    ],
)
def test_a_defect_is_repaired_and_the_rule_stays_with_the_line(change, column, value, rule):
    line = only(change)
    assert getattr(line, column) == value
    assert rule in line.repairs


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"data_solicitado": "N/A", "data_de_compra": None}, "dates_missing"),
        ({"data_solicitado": "next week"}, "date_unreadable"),
        ({"data_solicitado": date(2018, 12, 31), "data_de_compra": None}, "date_out_of_range"),
        ({"data_solicitado": date(2026, 2, 1)}, "date_out_of_range"),
        ({"quantidade": 0}, "quantity_invalid"),
        ({"quantidade": None}, "quantity_invalid"),
        ({"quantidade": "many"}, "quantity_invalid"),
        ({"produto_servico": " "}, "item_missing"),
        ({"u_m": None}, "unit_unknown"),
    ],
)
def test_a_line_that_cannot_be_used_is_rejected_whole_with_the_reason(change, reason):
    result = repaired({}, change | {"produto_servico": change.get("produto_servico", "other")})
    assert [(line.row_number, line.reason) for line in result.rejected] == [(3, reason)]
    assert result.rejected[0].raw["MATERIAL"] == A_LINE["material"]


def test_codes_that_differ_in_leading_zeros_become_the_usual_one():
    lines = repaired({}, {}, {"produto_servico": 10825}, {"produto_servico": "010826"}).lines
    assert [line.item_id for line in lines] == ["010825", "010825", "010825", "010826"]
    assert lines[2].repairs == ("code_padding", "material_repeated") or lines[2].repairs == ("code_padding",)


def test_gaps_are_filled_from_the_items_other_lines():
    lines = repaired({}, {"u_m": None, "familia": None, "material": None, "solicitacao": 1}).lines
    assert (lines[1].unit, lines[1].family, lines[1].item_name) == ("UN", "MATERIAL CIVIL", "PREGO")


def test_a_contract_in_the_place_of_the_family_gives_way_in_any_word_order():
    lines = repaired({}, {"familia": "Corretiva TBSA", "solicitacao": 1}, contracts=["TBSA CORRETIVA"]).lines
    assert lines[1].family == "MATERIAL CIVIL"
    assert "family_is_contract" in lines[1].repairs


@pytest.mark.parametrize(
    ("code", "sites", "whole"),
    [
        ("TCPECAA000", ["TCPECAA0002"], "TCPECAA0002"),
        ("PIP-LSR-00", ["PIP-LSR-002", "PIP-LSR-002-1"], "PIP-LSR-002"),
        ("PIP-LSR-00", ["PIP-LSR-002", "PIP-LSR-003"], "PIP-LSR-00"),
        ("TCPECAA000", ["TCPECAA000", "TCPECAA0002"], "TCPECAA000"),
        ("BAFRD017", ["BAFRD017-1"], "BAFRD017"),
    ],
)
def test_a_cut_site_code_is_made_whole_only_where_no_doubt_is_left(code, sites, whole):
    assert only({"deposito": code}, sites=sites).site_id == whole


def test_a_material_line_repeated_in_every_cell_is_merged_and_a_service_is_not():
    service = {"u_m": "SR", "familia": "SERVIÇOS TOMADOS", "produto_servico": "0001"}
    result = repaired({}, {}, service, service, {"quantidade": 11})
    assert [line.status for line in result.lines] == ["kept", "merged", "kept", "kept", "kept"]
    assert result.lines[1].merged_into == 2
    assert [line.is_service for line in result.lines] == [False, False, True, True, False]


def test_a_purchase_before_its_request_is_kept_as_it_is():
    line = only({"data_de_compra": date(2025, 2, 1)})
    assert (line.ordered_on, line.repairs) == (date(2025, 2, 1), ())


cell = st.one_of(
    st.none(),
    st.sampled_from(["N/A", " ", "SR", "UN", "MT", "03/03/2025", "1.234,5", "10825", "010825", "BAFRD017"]),
    st.text(max_size=12),
    st.integers(-5, 50_000),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.dates(date(2015, 1, 1), date(2030, 1, 1)),
)


@given(st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(A_LINE, cell)), max_size=30))
def test_every_line_is_kept_merged_or_rejected_exactly_once(changes):
    result = repaired(*changes)
    rows = [line.row_number for line in result.lines] + [line.row_number for line in result.rejected]
    assert sorted(rows) == list(range(2, len(changes) + 2))
    assert result.count("kept") + result.count("merged") == len(result.lines)
    kept = {line.row_number for line in result.lines if line.status == "kept"}
    assert all(line.merged_into in kept for line in result.lines if line.status == "merged")
    used = {code for line in result.lines for code in line.repairs} | {line.reason for line in result.rejected}
    assert used <= set(CODES)


def test_the_documented_rules_are_the_rules():
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| (.+?) \| (.+?) \|$", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == [(rule.code, rule.action.value, rule.defect, rule.treatment) for rule in RULES]
    assert {rule.action for rule in RULES} == set(Action)
