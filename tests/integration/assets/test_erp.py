"""The ERP read by SQL, from the demo company's tables to core, against recounts in SQL on the ERP itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg
import pytest
import sqlalchemy as sa

from nova_assets.materialize import DIMENSIONS, EXTRACT, MaterializationError, Stage, data_range, erp_span
from nova_assets.partitions import FIRST_DAY, Window
from nova_assets.registry import erp as erp_tables
from nova_assets.resources.erp import Erp
from nova_local import erp
from nova_local.embedded import Services
from tests.conftest import DemoErp
from tests.support.pipeline import Pipeline
from tests.support.workbooks import write_workbook

# What an issue is, in the ERP's own words; written here anew and not taken from sql/erp.
ISSUES = """
    SELECT btrim(d3_cod) AS item_id, to_date(d3_emissao, 'YYYYMMDD') AS date, sum(d3_quant)::numeric(18, 4) AS demand
    FROM sd3010
    WHERE d_e_l_e_t_ = ' ' AND d3_estorno = ' ' AND d3_cf = 'RE0'
        AND d3_emissao BETWEEN '20190101' AND to_char(now(), 'YYYYMMDD')
    GROUP BY 1, 2
"""
DATELESS = """
    SELECT count(*) FROM (
        SELECT d3_emissao AS day FROM sd3010 WHERE d_e_l_e_t_ = ' '
        UNION ALL SELECT c1_emissao FROM sc1010 WHERE d_e_l_e_t_ = ' '
        UNION ALL SELECT c7_emissao FROM sc7010 WHERE d_e_l_e_t_ = ' '
        UNION ALL SELECT d1_dtdigit FROM sd1010 WHERE d_e_l_e_t_ = ' '
    ) AS days
    WHERE day !~ '^(2019|202[0-9])' OR to_date(day, 'YYYYMMDD') > now()
"""
# What the planning of an item goes by, and the day in Bahia of its last change.
PLANNED_BY = """
    SELECT btrim(b1_cod) AS item_id,
        (
            coalesce(nullif(b1_uprc, 0), nullif(b1_custd, 0))::numeric(18, 4),
            (nullif(b1_pe, 0) * (CASE b1_tipe WHEN 'S' THEN 7 ELSE 1 END))::numeric(9, 2),
            nullif(b1_lm, 0)::numeric(18, 4),
            nullif(b1_qe, 0)::numeric(18, 4)
        )::text AS planned_by,
        (s_t_a_m_p_ AT TIME ZONE 'America/Bahia')::date AS changed_on
    FROM sb1010 WHERE d_e_l_e_t_ = ' '
"""
HISTORY = """
    SELECT item_id, valid_from, valid_to,
        (unit_cost_brl, lead_time_days, min_order_qty, order_multiple)::text AS planned_by
    FROM core.dim_item_history ORDER BY 1, 2
"""
VERSIONS = "SELECT dataset, version FROM support.dataset_versions WHERE dataset NOT LIKE 'analytics.mv%%' ORDER BY 1"


def on_erp(demo_erp: DemoErp, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(demo_erp.superuser_url) as connection:
        return connection.execute(query.encode()).fetchall()


def demand_by_item_and_day(pipeline: Pipeline) -> dict[tuple[str, date], Decimal]:
    rows = pipeline.rows("SELECT item_id, date, sum(demand) AS demand FROM core.fact_demand_daily GROUP BY 1, 2")
    return {(row["item_id"], row["date"]): row["demand"] for row in rows}


@pytest.fixture
def pipeline_on_erp(pipeline: Pipeline, demo_erp: DemoErp) -> Pipeline:
    pipeline.read_from(demo_erp.sqlalchemy_url)
    return pipeline


@pytest.fixture
def advancing(services: Services, demo_erp: DemoErp) -> Iterator[DemoErp]:
    """The demo ERP to change; it is built anew afterwards."""
    yield demo_erp
    erp.build(services.superuser_url, services.credentials.erp, anew=True)


def test_the_erp_becomes_demand_stock_and_purchases_that_agree_with_a_recount(loaded_erp: Pipeline, demo_erp: DemoErp):
    pipeline = loaded_erp
    assert demand_by_item_and_day(pipeline) == {(item, day): demand for item, day, demand in on_erp(demo_erp, ISSUES)}
    assert pipeline.one("SELECT count(*) FROM support.rejected_erp_rows") == on_erp(demo_erp, DATELESS)[0][0]

    stock = pipeline.rows(
        "SELECT item_id, site_id, on_hand FROM core.fact_inventory_daily"
        " WHERE date = (SELECT max(date) FROM core.fact_inventory_daily)"
    )
    balances = on_erp(
        demo_erp,
        "SELECT btrim(b2_cod), btrim(b2_local), b2_qatu::numeric(18, 4) FROM sb2010 WHERE d_e_l_e_t_ = ' '",
    )
    assert {(row["item_id"], row["site_id"]): row["on_hand"] for row in stock} == {
        (item, site): on_hand for item, site, on_hand in balances
    }

    orders = on_erp(demo_erp, "SELECT count(*) FROM sc7010 WHERE d_e_l_e_t_ = ' '")[0][0]
    assert pipeline.one("SELECT count(*) FROM core.fact_purchase_lines WHERE NOT is_open") == orders
    late_requisitions = """
        SELECT count(*) FROM sc1010 AS c1
        INNER JOIN sc7010 AS c7 ON c1.c1_pedido = c7.c7_num AND c1.c1_itemped = c7.c7_item
        WHERE c1.d_e_l_e_t_ = ' ' AND c7.d_e_l_e_t_ = ' ' AND c7.c7_emissao < c1.c1_emissao
    """
    after_the_fact = pipeline.one("SELECT count(*) FROM core.fact_purchase_lines WHERE after_the_fact")
    assert after_the_fact == on_erp(demo_erp, late_requisitions)[0][0] > 0
    figures = {row["kpi"]: row for row in pipeline.rows("SELECT * FROM analytics.mv_kpi_summary")}
    for kpi in ("stock_value_brl", "stockout_rate", "on_time_rate", "fill_rate_lines", "requests_open"):
        assert figures[kpi]["value"] is not None, figures[kpi]
    assert 0 < figures["stockout_rate"]["value"] < 1


def test_stock_of_a_past_day_is_the_sum_of_what_had_moved_by_then(loaded_erp: Pipeline, demo_erp: DemoErp):
    day = date(2025, 6, 16)
    # Movements whose day nobody knows count as before every day: they are in today's balance.
    expected = on_erp(
        demo_erp,
        f"""
        WITH moved AS (
            SELECT d3_cod AS item, d3_local AS place, d3_emissao AS day,
                CASE WHEN d3_tm < '500' THEN d3_quant ELSE -d3_quant END AS quantity
            FROM sd3010 WHERE d_e_l_e_t_ = ' ' AND d3_estorno = ' '
            UNION ALL
            SELECT d1_cod, d1_local, d1_dtdigit, CASE WHEN d1_tipo = 'D' THEN -d1_quant ELSE d1_quant END FROM (
                SELECT DISTINCT ON (d1_doc, d1_serie, d1_fornece, d1_loja, d1_item) * FROM sd1010
                WHERE d_e_l_e_t_ = ' ' ORDER BY d1_doc, d1_serie, d1_fornece, d1_loja, d1_item, r_e_c_n_o_
            ) AS receipts
        )
        SELECT btrim(item), btrim(place), sum(quantity)::numeric(18, 4) FROM moved
        WHERE day <= '{day:%Y%m%d}' OR day NOT BETWEEN '20190101' AND to_char(now(), 'YYYYMMDD')
        GROUP BY 1, 2
        """,
    )
    stored = loaded_erp.rows("SELECT item_id, site_id, on_hand FROM core.fact_inventory_daily WHERE date = %s", day)
    known = {(row["item_id"], row["site_id"]): row["on_hand"] for row in stored}
    assert {key: on_hand for *key_, on_hand in expected if (key := tuple(key_)) in known} == {
        key: on_hand for key, on_hand in known.items() if key in {(item, place) for item, place, _ in expected}
    }
    assert len(known) > 300


def test_a_reload_without_changes_is_a_no_op(pipeline_on_loaded_erp: Pipeline):
    before = pipeline_on_loaded_erp.rows(VERSIONS)
    pipeline_on_loaded_erp.load_erp()
    assert pipeline_on_loaded_erp.rows(VERSIONS) == before


def test_late_corrected_and_deleted_rows_are_in_core_after_a_reload(
    pipeline_on_loaded_erp: Pipeline, advancing: DemoErp, services: Services
):
    before = demand_by_item_and_day(pipeline_on_loaded_erp)
    last_day = max(day for _, day in before)
    erp.advance(services.superuser_url, 10)
    pipeline_on_loaded_erp.load_erp()
    after = demand_by_item_and_day(pipeline_on_loaded_erp)
    assert after == {(item, day): demand for item, day, demand in on_erp(advancing, ISSUES)}
    assert any(after.get(key) != demand for key, demand in before.items()), "no past day was corrected"
    assert max(day for _, day in after) > last_day


def test_what_changes_in_the_register_while_days_happen_is_history_from_the_day_of_its_change(
    pipeline_on_erp: Pipeline, advancing: DemoErp, services: Services
):
    pipeline = pipeline_on_erp

    def read_register() -> None:
        pipeline.run(EXTRACT)
        pipeline.run(DIMENSIONS)

    read_register()
    before = {item: planned_by for item, planned_by, _ in on_erp(advancing, PLANNED_BY)}
    erp.advance(services.superuser_url, 10)
    read_register()
    after = {item: (planned_by, day) for item, planned_by, day in on_erp(advancing, PLANNED_BY)}
    expected = []
    for item, (planned_by, day) in sorted(after.items()):
        changed = before[item] != planned_by
        expected.append((item, FIRST_DAY, day if changed else None, before[item]))
        expected += [(item, day, None, planned_by)] if changed else []
    assert [tuple(row.values()) for row in pipeline.rows(HISTORY)] == expected
    # Days in 2025, though the register was read today.
    assert 10 < len(expected) - len(before) < len(before)


def test_a_column_that_is_gone_stops_the_load_names_it_and_leaves_the_old_rows(
    pipeline_on_erp: Pipeline, demo_erp: DemoErp
):
    pipeline_on_erp.run(EXTRACT)
    rows = pipeline_on_erp.one("SELECT count(*) FROM staging.erp_items")
    with psycopg.connect(demo_erp.superuser_url, autocommit=True) as administrator:
        administrator.execute("ALTER TABLE sb1010 RENAME COLUMN b1_uprc TO b1_xuprc")
        try:
            with pytest.raises(MaterializationError, match=r"“items” failed: .*b1_uprc"):
                pipeline_on_erp.run(EXTRACT)
        finally:
            administrator.execute("ALTER TABLE sb1010 RENAME COLUMN b1_xuprc TO b1_uprc")
    assert pipeline_on_erp.one("SELECT count(*) FROM staging.erp_items") == rows > 0


def test_an_erp_that_does_not_answer_stops_the_load_with_the_reason(pipeline: Pipeline):
    pipeline.read_from("postgresql+psycopg://nobody:secret@127.0.0.1:9/erp")
    with pytest.raises(MaterializationError, match=r"“items” failed") as stopped:
        pipeline.run(EXTRACT)
    assert "secret" not in str(stopped.value)


def test_another_source_replaces_all_of_the_former_but_the_history_of_its_items(
    pipeline_on_loaded_erp: Pipeline, demo_erp: DemoErp, tmp_path: Path
):
    pipeline = pipeline_on_loaded_erp
    history = pipeline.rows(HISTORY)
    pipeline.read_from("")
    pipeline.load(write_workbook(tmp_path / "w.xlsx"))
    assert pipeline.rows("SELECT item_id, demand FROM core.fact_demand_daily") == [{"item_id": "010825", "demand": 10}]
    for table in (*erp_tables.TABLES, erp_tables.REJECTED):
        assert pipeline.one(f"SELECT count(*) FROM {table.relation}") == 0 or table is erp_tables.REJECTED
    assert pipeline.one("SELECT count(*) FROM core.fact_inventory_daily") == 0
    # What the ERP will not tell again stays, and goes on when the ERP is read again.
    assert pipeline.rows(HISTORY) == history != []
    pipeline.read_from(demo_erp.sqlalchemy_url)
    pipeline.run(EXTRACT)
    pipeline.run(DIMENSIONS)
    assert pipeline.rows(HISTORY) == history


def test_any_database_that_sqlalchemy_speaks_to_gives_the_same_rows_as_postgresql(demo_erp: DemoErp, tmp_path: Path):
    postgresql, sqlite = Erp(url=demo_erp.sqlalchemy_url), Erp(url=f"sqlite:///{tmp_path / 'erp.db'}")
    copy_tables(postgresql.url, sqlite.url, "sb1010", "sbm010", "sc1010", "sb2010", "sc7010", "nnr010")
    for extract, window in (("items", None), ("requisitions", erp_span(postgresql))):
        keys = [
            sorted((row["record_id"], row["item_id"]) for row in rows_as_text(source, extract, window))
            for source in (postgresql, sqlite)
        ]
        assert keys[0] == keys[1] != []


def rows_as_text(source: Erp, extract: str, window: Window | None) -> list[dict[str, str]]:
    rows = [row for batch in source.batches(extract, window) for row in batch.to_pylist()]
    return [{name: str(value) for name, value in row.items()} for row in rows]


def copy_tables(source_url: str, target_url: str, *tables: str) -> None:
    source, target = sa.create_engine(source_url), sa.create_engine(target_url)
    with source.connect() as reader, target.begin() as writer:
        for table in tables:
            result = reader.execute(sa.text(f"SELECT * FROM {table}"))
            names = list(result.keys())
            writer.execute(sa.text(f"CREATE TABLE {table} ({', '.join(names)})"))
            insert = sa.text(f"INSERT INTO {table} VALUES ({', '.join(f':{name}' for name in names)})")
            writer.execute(insert, [{**row, "s_t_a_m_p_": str(row["s_t_a_m_p_"])} for row in result.mappings()])


def test_a_window_of_one_extract_touches_no_other_day(pipeline_on_erp: Pipeline):
    pipeline = pipeline_on_erp
    days = data_range(pipeline.warehouse, erp_span(pipeline.erp)).documents
    relation = erp_tables.STOCK_MOVEMENTS.relation
    pipeline.run(Stage("all", [relation], days.first, days.last))
    by_day = (
        "SELECT moved_on, count(*) AS rows, sum(quantity) AS sum FROM staging.erp_stock_movements GROUP BY 1 ORDER BY 1"
    )
    everything = pipeline.rows(by_day)
    pipeline.run(Stage("a week", [relation], date(2025, 3, 3), date(2025, 3, 9)))
    assert pipeline.rows(by_day) == everything
    record = pipeline.instance.get_latest_materialization_event(dg.AssetKey(relation.split(".")))
    assert record
    assert record.asset_materialization
    assert record.asset_materialization.metadata["changed"].value is False
