"""Several branches of one ERP side by side: nothing of one is taken for another's, by recounts on the ERP itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from nova_assets.materialize import EXTRACT, data_range, erp_span, stages
from nova_assets.partitions import Window
from nova_assets.registry.erp import DAILY, WHOLE
from nova_assets.resources.erp import Erp, ErpError
from nova_local.embedded import Services
from tests.conftest import migrated_copy
from tests.support.pipeline import Pipeline, copy_of
from tests.support.protheus import Protheus, demo_of_branches, empty_protheus

LAST_DAY = date(2024, 12, 20)
YEARS = Window(date(2019, 1, 1), date(2026, 1, 1))
EXTRACTS = [table.name.removeprefix("erp_") for table in (*WHOLE, *DAILY)]
VERSIONS = "SELECT dataset, version FROM support.dataset_versions ORDER BY 1"
# As Nova should call what a branch calls by this code; written here anew and not taken from sql/erp.
OWN = "CASE {branch} WHEN '01' THEN '' ELSE '02-' END || btrim({code})"


def own(branch: str, code: str) -> str:
    return OWN.format(branch=branch, code=code)


def read(url: str, extract: str, *branches: str, window: Window = YEARS) -> list[dict[str, Any]]:
    source = Erp(url=url, branches=list(branches))
    return [row for batch in source.batches(extract, window) for row in batch.to_pylist()]


def load(pipeline: Pipeline, *names: str) -> None:
    """The ERP up to the facts, or up to the stages of these names."""
    pipeline.run(EXTRACT)
    for stage in stages(data_range(pipeline.warehouse, erp_span(pipeline.erp))):
        if stage.name in (names or ("ERP documents", "dimensions", "facts")):
            pipeline.run(stage)


@pytest.fixture(scope="module")
def written(services: Services) -> Iterator[Protheus]:
    """Two branches that give the same numbers to other documents, and share items, suppliers and places."""
    with empty_protheus(services, "erp_written") as protheus:
        write(protheus)
        yield protheus


def write(erp: Protheus) -> None:
    for code in ("A", "B"):
        erp.insert("sb1010", b1_cod=code, b1_desc=f"ITEM {code}", b1_tipo="MC", b1_um="UN", b1_uprc=2)
    erp.insert("sa2010", a2_cod="000001", a2_loja="01", a2_nome="FORNECEDOR")
    erp.insert("nnr010", nnr_codigo="ALM001", nnr_descri="ALMOXARIFADO", nnr_xtipo="A")
    erp.insert("nnr010", nnr_codigo="TORRE1", nnr_descri="TORRE", nnr_xtipo="T")
    for code, moves_stock, is_transfer in (("151", "S", "1"), ("651", "S", "1"), ("501", "S", "2"), ("502", "N", "2")):
        erp.insert("sf4010", f4_codigo=code, f4_estoque=moves_stock, f4_tranfil=is_transfer)
    for branch, on_hand in (("01", 10), ("02", 7)):
        erp.insert("sb2010", b2_filial=branch, b2_cod="A", b2_local="ALM001", b2_qatu=on_hand)
    for branch, quantity in (("01", 5), ("02", 8)):
        request = {"c1_filial": branch, "c1_num": "000001", "c1_item": "0001", "c1_produto": "A", "c1_quant": quantity}
        erp.insert("sc1010", **request, c1_emissao=f"202501{branch}", c1_local="ALM001", c1_filent=branch)
        buy(erp, branch, branch, "000001", "A", quantity, c7_numsc="000001", c7_itemsc="0001")
        # The same document, supplier, line and item: not one that was entered twice.
        receive(erp, branch, "1", quantity, d1_cod="A", d1_pedido="000001", d1_itempc="0001")
        erp.insert("sd3010", **issue(branch), d3_emissao="20250120", d3_quant=int(branch))
        erp.insert("sd3010", **issue(branch), d3_quant=9)
    # Two orders 000002 are delivered to branch 02: its own, and one that 01 made for it.
    buy(erp, "01", "02", "000002", "B", 3)
    buy(erp, "02", "02", "000002", "A", 4)
    receive(erp, "02", "2", 3, d1_cod="B", d1_pedido="000002", d1_itempc="0001")
    receive(erp, "02", "3", 4, d1_cod="A", d1_pedido="000002", d1_itempc="0001")
    for kind, quantity in (("651", 6), ("501", 1), ("502", 50)):
        out = {"d2_filial": "01", "d2_cod": "A", "d2_local": "ALM001", "d2_tes": kind, "d2_quant": quantity}
        erp.insert("sd2010", **out, d2_emissao="20250118")
    receive(erp, "02", "4", 6, d1_cod="A", d1_fornece="FILIAL", d1_tes="151")


def issue(branch: str) -> dict[str, Any]:
    return {"d3_filial": branch, "d3_tm": "501", "d3_cf": "RE0", "d3_cod": "A", "d3_local": "ALM001", "d3_cc": "TORRE1"}


def buy(erp: Protheus, buyer: str, place: str, number: str, item: str, quantity: float, **more: str) -> None:
    order = {"c7_filial": buyer, "c7_filent": place, "c7_num": number, "c7_item": "0001", "c7_produto": item}
    supplier = {"c7_fornece": "000001", "c7_loja": "01", "c7_local": "ALM001"}
    erp.insert("sc7010", **order, **supplier, c7_quant=quantity, c7_emissao=f"202501{10 + int(buyer)}", **more)


def receive(erp: Protheus, branch: str, document: str, quantity: float, **more: str) -> None:
    line = {"d1_filial": branch, "d1_doc": document, "d1_item": "0001", "d1_local": "ALM001", "d1_tipo": "N"}
    entered = {"d1_emissao": "20250118", "d1_dtdigit": "20250118", "d1_fornece": "000001", "d1_loja": "01"}
    erp.insert("sd1010", **line, **(entered | more), d1_quant=quantity)


def test_what_two_branches_call_alike_stays_apart_up_to_core(
    written: Protheus, services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with migrated_copy(services) as database:
        pipeline = Pipeline(database, tmp_path, monkeypatch)
        pipeline.read_from(written.sqlalchemy_url)
        load(pipeline)
        orders = pipeline.rows(
            "SELECT order_id, item_id, site_id, requested_on, ordered_qty, received_qty FROM core.fact_purchase_lines"
            " ORDER BY 1"
        )
        stock = pipeline.rows(
            "SELECT item_id, site_id, date, on_hand FROM core.fact_inventory_daily"
            " WHERE date IN ('2025-01-17', '2025-01-20') ORDER BY 1, 2, 3"
        )
        demand = pipeline.rows("SELECT item_id, site_id, date, demand FROM core.fact_demand_daily")
        places = pipeline.rows("SELECT site_id, site_name FROM core.dim_site ORDER BY 1")
        pipeline.instance.dispose()
    # Transfers between branches are no purchases.
    assert [tuple(row.values()) for row in orders] == [
        ("000001", "A", "ALM001", date(2025, 1, 1), 5, 5),
        ("000002", "B", "02-ALM001", date(2025, 1, 11), 3, 3),
        ("02-000001", "A", "02-ALM001", date(2025, 1, 2), 8, 8),
        ("02-000002", "A", "02-ALM001", date(2025, 1, 12), 4, 4),
    ]
    # Before the 18th, branch 01 had what it then sent, sold and issued, without what it received, and 02 the reverse.
    assert [(row["site_id"], row["on_hand"]) for row in stock] == [
        ("02-ALM001", 7 + 2 - 8 - 4 - 6),
        ("02-ALM001", 7),
        ("ALM001", 10 + 1 + 6 + 1 - 5),
        ("ALM001", 10),
    ]
    # Nor are they demand, which is that of one tower.
    assert [tuple(row.values()) for row in demand] == [("A", "TORRE1", date(2025, 1, 20), 1 + 2)]
    assert [(row["site_id"], row["site_name"]) for row in places] == [
        ("02-ALM001", "ALMOXARIFADO (02)"),
        ("ALM001", "ALMOXARIFADO"),
        ("TORRE1", "TORRE"),
        ("UNKNOWN", "UNKNOWN"),
    ]


@pytest.mark.parametrize("branch", ["01", "02"])
def test_every_extract_is_limited_to_the_branches_to_read(written: Protheus, branch: str):
    for extract in (*EXTRACTS, "undated"):
        everything = read(written.sqlalchemy_url, extract)
        of_branch = read(written.sqlalchemy_url, extract, branch)
        if extract == "stock_movements":  # tells its branch by the place alone
            expected = [row["record_id"] for row in everything if row["site_id"].startswith("02-") == (branch == "02")]
        else:
            expected = [row["record_id"] for row in everything if row["branch"] in ("", branch)]
        if extract == "sites":
            expected = [1, 2]  # its own warehouse, and the tower
        assert sorted(row["record_id"] for row in of_branch) == sorted(expected) != [], extract
        assert extract in ("items", "suppliers", "sites") or len(of_branch) < len(everything), extract
        # A branch that is read alone keeps its codes, and so does the first of several.
        sites = {row["site_id"] for row in of_branch if "site_id" in row}
        assert sites <= {"ALM001", "TORRE1"}, extract


def test_the_days_that_there_are_are_those_of_the_branches_to_read(written: Protheus):
    ends = {
        branches: tuple(read(written.sqlalchemy_url, "span", *branches)[0].values())
        for branches in ((), ("01",), ("02",))
    }
    assert ends == {
        (): ("20250101", "20250120"),
        ("01",): ("20250101", "20250120"),
        ("02",): ("20250102", "20250120"),
    }


def test_the_branch_that_is_named_first_keeps_its_codes(written: Protheus):
    orders = {row["order_id"] for row in read(written.sqlalchemy_url, "purchase_orders", "02", "01")}
    assert orders == {"01-000001", "01-000002", "000001", "000002"}


def test_a_branch_that_the_erp_does_not_have_is_named_with_those_it_has(written: Protheus):
    with pytest.raises(ErpError, match=r"NOVA_ERP_BRANCHES names 03, but the ERP's branches are 01, 02\."):
        read(written.sqlalchemy_url, "items", "01", "03")


def test_codes_of_registers_that_each_branch_has_for_itself_carry_the_branch(services: Services):
    with empty_protheus(services, "erp_exclusive") as protheus:
        write(protheus)
        for table, column in (("sb1010", "b1_filial"), ("sa2010", "a2_filial"), ("nnr010", "nnr_filial")):
            columns = [name for (name,) in protheus.rows(columns_of(table)) if name not in (column, "r_e_c_n_o_")]
            copied = ", ".join(columns)
            protheus.execute(
                f"UPDATE {table} SET {column} = '01'",
                f"INSERT INTO {table} ({column}, r_e_c_n_o_, {copied})"
                f" SELECT '02', 100 + r_e_c_n_o_, {copied} FROM {table}",
            )
        protheus.execute("UPDATE sb1010 SET b1_desc = 'OTHER GOODS' WHERE b1_filial = '02' AND b1_cod = 'A'")
        url = protheus.sqlalchemy_url
        items = {row["item_id"]: row["item_name"] for row in read(url, "items")}
        assert items == {"A": "ITEM A", "B": "ITEM B", "02-A": "OTHER GOODS", "02-B": "ITEM B"}
        sites = {row["site_id"] for row in read(url, "sites")}
        assert sites == {"ALM001", "TORRE1", "02-ALM001", "02-TORRE1"}
        suppliers = {row["supplier_id"] for row in read(url, "suppliers")}
        assert suppliers == {"000001-01", "02-000001-01"}
        for extract in ("stock_balances", "stock_movements", "requisitions", "purchase_orders", "receipts"):
            for row in read(url, extract):
                assert row["item_id"] in items, extract
                assert row["item_id"].startswith("02-") == row["site_id"].startswith("02-"), extract
                assert row.get("served_site_id") or "TORRE1" in sites, extract
                assert row.get("supplier_id", "000001-01") in suppliers | {"02-FILIAL-01"}, extract


def columns_of(table: str) -> str:
    return f"SELECT column_name FROM information_schema.columns WHERE table_name = '{table}'"


def test_branches_may_share_a_table_with_those_of_their_company_alone(services: Services):
    """Branch codes of four characters, company and branch: 0101 and 0201 share no orders, 0101 and 0102 do."""
    with empty_protheus(services, "erp_companies") as protheus:
        write(protheus)
        for table, column in protheus.rows(
            "SELECT table_name, column_name FROM information_schema.columns WHERE column_name LIKE '%\\_fil%'"
            " AND table_schema = 'public' AND data_type = 'character'"
        ):
            protheus.execute(
                f"ALTER TABLE {table} ALTER {column} TYPE character(4)",
                f"UPDATE {table} SET {column} = CASE {column} WHEN '01' THEN '0101' WHEN '02' THEN '0201' ELSE '' END",
            )
        protheus.execute("UPDATE sc7010 SET c7_filial = left(c7_filial, 2)")
        buy(protheus, "01", "0102", "000009", "A", 1)
        url = protheus.sqlalchemy_url
        orders = {(row["order_id"], row["branch"]) for row in read(url, "purchase_orders")}
        assert orders == {
            ("000001", "0101"),
            ("000002", "0201"),
            ("000009", "0102"),
            ("02-000001", "0201"),
            ("02-000002", "0201"),
        }
        receipts = {(row["order_id"], row["item_id"]) for row in read(url, "receipts", "0201") if row["order_id"]}
        assert receipts == {("000001", "A"), ("01-000002", "B"), ("000002", "A")}


@pytest.fixture(scope="module")
def company(services: Services) -> Iterator[Protheus]:
    """The demo company's first weeks in the books of two branches."""
    with demo_of_branches(services, "erp_branches", 2, LAST_DAY) as made:
        yield made


@pytest.fixture(scope="module")
def loaded(services: Services, company: Protheus, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    with migrated_copy(services) as database, pytest.MonkeyPatch.context() as patch:
        pipeline = Pipeline(database, tmp_path_factory.mktemp("branches"), patch)
        pipeline.read_from(company.sqlalchemy_url)
        load(pipeline)
        yield pipeline
        pipeline.instance.dispose()


def assert_core_is_a_recount(pipeline: Pipeline, company: Protheus) -> None:
    """Demand, stock and purchases of each branch, as the ERP's own rows count them."""
    demand = pipeline.rows("SELECT item_id, date, sum(demand) AS demand FROM core.fact_demand_daily GROUP BY 1, 2")
    issues = company.rows(
        "SELECT btrim(d3_cod), to_date(d3_emissao, 'YYYYMMDD'), sum(d3_quant)::numeric(18, 4) FROM sd3010"
        " WHERE d_e_l_e_t_ = ' ' AND d3_estorno = ' ' AND d3_cf = 'RE0'"
        " AND d3_emissao BETWEEN '20190101' AND to_char(now(), 'YYYYMMDD') GROUP BY 1, 2"
    )
    assert {tuple(row.values()) for row in demand} == set(issues)
    left = pipeline.rows("SELECT site_id, sum(quantity) AS quantity FROM core.fact_issues_daily GROUP BY 1")
    by_place = company.rows(
        f"SELECT {own('d3_filial', 'd3_local')}, sum(d3_quant)::numeric(18, 4) FROM sd3010"
        " WHERE d_e_l_e_t_ = ' ' AND d3_estorno = ' ' AND d3_cf = 'RE0'"
        " AND d3_emissao BETWEEN '20190101' AND to_char(now(), 'YYYYMMDD') GROUP BY 1"
    )
    assert {(row["site_id"], row["quantity"]) for row in left} == set(by_place)
    stock = pipeline.rows(
        "SELECT item_id, site_id, on_hand FROM core.fact_inventory_daily"
        " WHERE date = (SELECT max(date) FROM core.fact_inventory_daily)"
    )
    balances = f"SELECT btrim(b2_cod), {own('b2_filial', 'b2_local')}, b2_qatu::numeric(18, 4) FROM sb2010"
    assert {tuple(row.values()) for row in stock} == set(company.rows(balances))
    lines = pipeline.rows("SELECT order_id, line_no, received_qty FROM core.fact_purchase_lines WHERE NOT is_open")
    received = company.rows(
        f"""
        WITH receipts AS (
            SELECT DISTINCT ON (d1_filial, d1_doc, d1_serie, d1_fornece, d1_loja, d1_item) * FROM sd1010
            WHERE d_e_l_e_t_ = ' ' ORDER BY d1_filial, d1_doc, d1_serie, d1_fornece, d1_loja, d1_item, r_e_c_n_o_
        )
        SELECT {own("c7_filial", "c7_num")}, btrim(c7_item),
            nullif(greatest(sum(CASE d1_tipo WHEN 'D' THEN -d1_quant ELSE d1_quant END), 0), 0)::numeric(18, 4)
        FROM sc7010
        LEFT JOIN receipts ON d1_filial = c7_filent AND d1_pedido = c7_num AND d1_itempc = c7_item
            AND d1_cod = c7_produto
        WHERE sc7010.d_e_l_e_t_ = ' '
        GROUP BY c7_filial, c7_num, c7_item
        """
    )
    assert {tuple(row.values()) for row in lines} == set(received)


def test_demand_stock_and_purchases_of_two_branches_agree_with_a_recount(loaded: Pipeline, company: Protheus):
    assert_core_is_a_recount(loaded, company)
    twice = "SELECT count(*) FROM (SELECT c7_num, c7_item FROM sc7010 GROUP BY 1, 2 HAVING count(*) > 1) AS numbers"
    assert company.rows(twice)[0][0] > 0
    transfers = loaded.rows(
        "SELECT count(*) AS lines, sum(quantity) AS sum FROM staging.erp_stock_movements WHERE record_id < 0"
    )[0]
    sent = company.rows("SELECT count(*), -sum(d2_quant)::numeric(18, 4) FROM sd2010")[0]
    arrived = company.rows("SELECT count(*), -sum(d1_quant)::numeric(18, 4) FROM sd1010 WHERE d1_fornece = 'FILIAL'")[0]
    assert tuple(transfers.values()) == sent == arrived
    assert sent[0] > 50
    kinds = loaded.rows("SELECT DISTINCT kind FROM staging.erp_stock_movements WHERE record_id < 0")
    assert kinds == [{"kind": "transfer"}]


def test_the_truth_is_told_by_branch_and_the_days_are_those_of_one_branch(company: Protheus, services: Services):
    """What lies on the shelves is in the books of its branch, but for losses and what is still to be entered."""
    shelves = company.rows(
        "SELECT count(*), count(*) FILTER (WHERE abs(on_shelf + unnoticed_loss - b2_qatu) < 0.001) FROM truth.shelves"
        " INNER JOIN sb2010 ON (branch, location_id, item_id) = (b2_filial, rtrim(b2_local), rtrim(b2_cod))"
    )[0]
    assert shelves[0] == company.rows("SELECT count(*) FROM sb2010")[0][0]
    assert shelves[1] > 0.95 * shelves[0]
    of_all = "SELECT sum(b2_qatu)::numeric, (SELECT sum(d3_quant)::numeric FROM sd3010 WHERE d3_cf = 'RE0') FROM sb2010"
    with demo_of_branches(services, "erp_one_branch", 1, LAST_DAY) as one:
        assert one.rows(of_all) == company.rows(of_all)
        assert one.rows("TABLE truth.dirt") == company.rows("TABLE truth.dirt")


def test_a_reload_is_a_no_op_until_days_correct_delete_and_add_rows_in_both_branches(
    loaded: Pipeline, company: Protheus, services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with copy_of(loaded, services, tmp_path, monkeypatch) as pipeline:
        before = pipeline.rows(VERSIONS)
        load(pipeline, "ERP documents")
        assert pipeline.rows(VERSIONS) == before
        past = "SELECT site_id, date, sum(quantity) AS sum FROM core.fact_issues_daily WHERE date <= %s GROUP BY 1, 2"
        then = {(row["site_id"], row["date"]): row["sum"] for row in pipeline.rows(past, LAST_DAY)}
        company.advance(10)
        load(pipeline)
        assert_core_is_a_recount(pipeline, company)
        now: dict[tuple[str, date], Decimal] = {
            (row["site_id"], row["date"]): row["sum"] for row in pipeline.rows(past, LAST_DAY)
        }
    changed = {site for site, day in then.keys() | now.keys() if then.get((site, day)) != now.get((site, day))}
    assert "02-ALM001" in changed
    assert len(changed) > 1
