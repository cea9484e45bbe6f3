"""The demo ERP in PostgreSQL: its shapes, who may read it, that its books add up, and that time goes on."""

from __future__ import annotations

from datetime import date, timedelta

import psycopg
import pytest
from psycopg import sql

from nova_local import erp
from nova_local.embedded import Services
from nova_local.erp.database import TABLES
from nova_local.errors import LocalError
from tests.conftest import DemoErp

LAST_DAY = date(2025, 10, 31)
TRUTH = ("items", "suppliers", "contracts", "weather", "unmet_demand", "wrong_prices", "shelves", "dirt")
# What counts for the balance: no deleted row, no reversed pair, no line that was entered twice.
MOVEMENTS = """
    SELECT d3_cod AS item, d3_local AS location,
        CASE WHEN d3_tm < '500' THEN d3_quant ELSE -d3_quant END::numeric AS quantity
    FROM sd3010
    WHERE d_e_l_e_t_ = ' ' AND d3_estorno = ' '
"""
RECEIPTS = """
    SELECT DISTINCT ON (d1_filial, d1_doc, d1_serie, d1_fornece, d1_loja, d1_item) *
    FROM sd1010
    WHERE d_e_l_e_t_ = ' '
    ORDER BY d1_filial, d1_doc, d1_serie, d1_fornece, d1_loja, d1_item, r_e_c_n_o_
"""


def rows_of(url: str, query: str) -> list[tuple]:
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode()).fetchall()


def one(url: str, query: str) -> tuple:
    (row,) = rows_of(url, query)
    return row


def fingerprints(url: str) -> dict[str, tuple]:
    """One hash for each table of the ERP and of the truth."""
    query = sql.SQL("SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {} AS t")
    names = [("public", table) for table in TABLES] + [("truth", table) for table in TRUTH]
    found = {}
    with psycopg.connect(url) as connection:
        for name in names:
            row = connection.execute(query.format(sql.Identifier(*name))).fetchone()
            assert row is not None
            found[".".join(name)] = row
    return found


def test_characters_are_padded_with_blanks_and_dates_have_eight_digits_or_eight_blanks(demo_erp: DemoErp) -> None:
    columns = rows_of(
        demo_erp.superuser_url,
        """
        SELECT table_name, column_name, character_maximum_length
        FROM information_schema.columns
        WHERE table_schema = 'public' AND data_type = 'character'
        """,
    )
    assert len(columns) > 60
    with psycopg.connect(demo_erp.reader_url) as connection:
        for table, column, width in columns:
            query = sql.SQL("SELECT min(octet_length({0})), bool_and({0}::text ~ '^ *$' OR {0}::text !~ '^ ') FROM {1}")
            found = connection.execute(query.format(sql.Identifier(column), sql.Identifier(table))).fetchone()
            assert found is not None
            if table == "sd2010":  # a company of one branch sends nothing to another
                assert found == (None, None)
                continue
            assert found[0] >= width
            assert found[1]
    for table, column in (("sd3010", "d3_emissao"), ("sc7010", "c7_datprf"), ("sd1010", "d1_emissao")):
        assert one(
            demo_erp.reader_url, f"SELECT bool_and(format('%s', {column}) ~ '^([0-9]{{8}}| *)$') FROM {table}"
        ) == (True,)
    assert one(demo_erp.reader_url, "SELECT count(*) > 0 FROM sc7010 WHERE c7_datprf = '        '") == (True,)


def test_every_table_has_branch_soft_delete_record_number_and_stamp(demo_erp: DemoErp) -> None:
    for table in TABLES:
        names = [
            name
            for (name,) in rows_of(
                demo_erp.reader_url,
                f"""
                SELECT column_name FROM information_schema.columns
                WHERE table_name = '{table}' ORDER BY ordinal_position
                """,
            )
        ]
        assert names[0].endswith("_filial")
        assert names[-3:] == ["d_e_l_e_t_", "r_e_c_n_o_", "s_t_a_m_p_"]
        assert one(demo_erp.reader_url, f"SELECT count(*) = count(DISTINCT r_e_c_n_o_) FROM {table}") == (True,)


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("SELECT * FROM truth.items", psycopg.errors.InsufficientPrivilege),
        ("SELECT * FROM truth.run", psycopg.errors.InsufficientPrivilege),
        ("DELETE FROM sd3010", psycopg.errors.ReadOnlySqlTransaction),
        ("SET default_transaction_read_only = off; COMMIT; DELETE FROM sd3010", psycopg.errors.InsufficientPrivilege),
        ("SET TRANSACTION READ WRITE; CREATE TABLE mine (x int)", psycopg.errors.InsufficientPrivilege),
        ("SET TRANSACTION READ WRITE; CREATE TEMPORARY TABLE mine (x int)", psycopg.errors.InsufficientPrivilege),
    ],
)
def test_the_reader_sees_no_truth_and_writes_nothing(
    demo_erp: DemoErp, statement: str, error: type[psycopg.Error]
) -> None:
    with psycopg.connect(demo_erp.reader_url) as connection, pytest.raises(error):
        connection.execute(statement.encode())


def test_opening_receipts_issues_transfers_and_adjustments_add_up_to_every_balance(demo_erp: DemoErp) -> None:
    wrong = rows_of(
        demo_erp.reader_url,
        f"""
        WITH receipts AS ({RECEIPTS}),
        moves AS (
            {MOVEMENTS}
            UNION ALL
            SELECT d1_cod, d1_local, CASE d1_tipo WHEN 'D' THEN -d1_quant ELSE d1_quant END::numeric
            FROM receipts
            WHERE d1_local <> ' '
        ),
        counted AS (SELECT item, location, sum(quantity) AS quantity FROM moves GROUP BY item, location)
        SELECT *
        FROM sb2010
        FULL JOIN counted ON b2_cod = item AND b2_local = location
        WHERE coalesce(b2_qatu, 0)::numeric <> coalesce(quantity, 0)
        """,
    )
    assert wrong == []
    assert one(demo_erp.reader_url, "SELECT min(b2_qatu) >= 0 FROM sb2010") == (True,)


def test_no_order_receives_more_than_was_ordered(demo_erp: DemoErp) -> None:
    too_much = rows_of(
        demo_erp.reader_url,
        f"""
        WITH receipts AS ({RECEIPTS}),
        came AS (
            SELECT d1_pedido, d1_itempc, sum(d1_quant) AS quantity
            FROM receipts
            WHERE d1_tipo = 'N' AND d1_pedido <> ' '
            GROUP BY d1_pedido, d1_itempc
        )
        SELECT * FROM came
        LEFT JOIN sc7010 ON c7_num = d1_pedido AND c7_item = d1_itempc
        WHERE c7_num IS NULL OR quantity > c7_quje OR c7_quje > c7_quant
        """,
    )
    assert too_much == []


def test_every_code_that_a_row_names_is_in_its_register(demo_erp: DemoErp) -> None:
    for table, column, register, key in (
        ("sd3010", "d3_cod", "sb1010", "b1_cod"),
        ("sd3010", "d3_cc", "nnr010", "nnr_codigo"),
        ("sd3010", "d3_local", "nnr010", "nnr_codigo"),
        ("sb2010", "b2_cod", "sb1010", "b1_cod"),
        ("sb1010", "b1_grupo", "sbm010", "bm_grupo"),
        ("sc7010", "c7_fornece", "sa2010", "a2_cod"),
        ("sd1010", "d1_cod", "sb1010", "b1_cod"),
    ):
        assert one(
            demo_erp.reader_url,
            f"SELECT count(*) FROM {table} WHERE {column} <> ' ' AND {column} NOT IN (SELECT {key} FROM {register})",
        ) == (0,)


def test_the_naive_rule_makes_stockouts_and_excess(demo_erp: DemoErp) -> None:
    stockouts, penalties = one(demo_erp.superuser_url, "SELECT count(*), sum(penalty_brl) FROM truth.unmet_demand")
    assert stockouts > 300
    assert penalties > 0
    excess, dead = one(
        demo_erp.superuser_url,
        """
        SELECT
            count(*) FILTER (WHERE b2_qatu > maximum),
            count(*) FILTER (
                WHERE b2_qatu > 0 AND NOT EXISTS (
                    SELECT FROM sd3010
                    WHERE d3_cod = b2_cod AND d3_cf = 'RE0' AND d3_emissao BETWEEN '20250601' AND '20251031'
                )
            )
        FROM sb2010
        JOIN truth.shelves ON item_id = rtrim(b2_cod) AND location_id = rtrim(b2_local)
        """,
    )
    assert excess > 20
    assert dead > 10


def test_the_dirt_in_the_rows_is_the_dirt_that_the_truth_counts(demo_erp: DemoErp) -> None:
    planted = {kind: (rows, mended) for kind, rows, mended in rows_of(demo_erp.superuser_url, "TABLE truth.dirt")}
    for query, kind in (
        ("SELECT count(*) FROM sb1010 WHERE b1_grupo = ' ' AND d_e_l_e_t_ = ' '", "items_without_group"),
        ("SELECT count(*) FROM sb1010 WHERE d_e_l_e_t_ = '*'", "deleted_items"),
        ("SELECT count(*) FROM sc7010 WHERE c7_datprf = ' '", "blank_promise"),
        ("SELECT count(*) FROM sc1010 WHERE c1_datprf = ' '", "blank_needed_on"),
        (f"SELECT (SELECT count(*) FROM sd1010) - (SELECT count(*) FROM ({RECEIPTS}) AS r) ", "duplicated_receipts"),
    ):
        assert one(demo_erp.reader_url, query)[0] == planted[kind][0], kind
    wrong_prices = one(
        demo_erp.superuser_url,
        "SELECT count(*) FROM sc7010 JOIN truth.wrong_prices ON (order_id, line_no) = (c7_num, c7_item)"
        " WHERE c7_preco = typed_brl AND (typed_brl > 9 * price_brl OR typed_brl < price_brl / 5)",
    )
    assert wrong_prices == planted["wrong_price"][:1]
    late = "SELECT count(*) FROM sd3010 WHERE s_t_a_m_p_::date::text > to_char(d3_emissao::date, 'YYYY-MM-DD')"
    assert one(demo_erp.reader_url, late)[0] >= planted["late_movements"][1] > 0


def test_lead_times_are_those_of_the_suppliers(demo_erp: DemoErp) -> None:
    """First arrivals of orders that are old enough to be complete, compared on the scale of the logarithm."""
    suppliers = rows_of(
        demo_erp.superuser_url,
        f"""
        WITH receipts AS ({RECEIPTS}),
        arrivals AS (
            SELECT c7_fornece || c7_loja AS supplier_id, min(d1_emissao::date) - c7_emissao::date AS days
            FROM receipts
            JOIN sc7010 ON c7_num = d1_pedido AND c7_item = d1_itempc
            WHERE d1_tipo = 'N' AND d1_emissao >= c7_emissao AND c7_emissao < '20250601'
            GROUP BY c7_num, c7_item, c7_fornece, c7_loja, c7_emissao
        )
        SELECT avg(ln(days) - log_mean), stddev(ln(days)), log_sigma, count(*)
        FROM arrivals
        JOIN truth.suppliers USING (supplier_id)
        GROUP BY supplier_id, log_mean, log_sigma
        HAVING count(*) >= 15
        """,
    )
    assert len(suppliers) >= 15
    lines = sum(count for *_, count in suppliers)
    assert abs(sum(bias * count for bias, _, _, count in suppliers) / lines) < 0.06
    for bias, _, sigma, count in suppliers:
        assert abs(bias) < 4.5 * sigma / count**0.5 + 0.05
    spread = sum(float(found) / sigma * count for _, found, sigma, count in suppliers) / lines
    assert spread == pytest.approx(1, abs=0.12)


def test_demand_follows_the_true_rates(demo_erp: DemoErp) -> None:
    """Quantities wanted over the true size of a line are lines; repairs as many as the weather of the year made."""
    found, expected = one(
        demo_erp.superuser_url,
        f"""
        WITH wanted AS (
            SELECT item_id, sum(quantity) AS quantity
            FROM (
                SELECT rtrim(d3_cod) AS item_id, sum(d3_quant) AS quantity
                FROM sd3010
                WHERE d3_cf = 'RE0' AND d_e_l_e_t_ = ' ' AND d3_estorno = ' '
                GROUP BY d3_cod
                UNION ALL
                SELECT item_id, sum(unmet) FROM truth.unmet_demand WHERE served_on IS NULL GROUP BY item_id
            ) AS parts
            GROUP BY item_id
        )
        SELECT
            sum(quantity / size_mean),
            sum(
                (daily_lines + failure_lines * (weather.factor - 1))
                * (least(last_day, '{LAST_DAY}') - greatest(first_day, '2024-11-01') + 1)
            )
        FROM truth.items
        CROSS JOIN (SELECT avg(failure_factor) AS factor FROM truth.weather) AS weather
        LEFT JOIN wanted USING (item_id)
        WHERE kind <> 'service'
        """,
    )
    assert found == pytest.approx(expected, rel=0.06)


def test_building_what_is_there_changes_nothing(demo_erp: DemoErp, services: Services) -> None:
    before = fingerprints(demo_erp.superuser_url)
    assert erp.build(services.superuser_url, services.credentials.erp) == demo_erp.summary
    assert fingerprints(demo_erp.superuser_url) == before


def test_a_build_that_fails_at_the_end_leaves_the_former_company(demo_erp: DemoErp, services: Services) -> None:
    def give_up(_: str) -> None:
        raise InterruptedError

    before = fingerprints(demo_erp.superuser_url)
    with pytest.raises(InterruptedError):
        erp.build(services.superuser_url, services.credentials.erp, seed=8, anew=True, note=give_up)
    assert fingerprints(demo_erp.superuser_url) == before


def test_advancing_day_by_day_gives_what_building_to_the_later_day_gives(demo_erp: DemoErp, services: Services) -> None:
    whole = fingerprints(demo_erp.superuser_url)
    earlier = LAST_DAY - timedelta(days=21)
    former = erp.built_at(services.superuser_url)
    erp.build(services.superuser_url, services.credentials.erp, last_day=earlier, anew=True)
    assert fingerprints(demo_erp.superuser_url) != whole
    assert (built := erp.built_at(services.superuser_url)) > former
    erp.advance(services.superuser_url, 1)
    erp.advance(services.superuser_url, 13)
    summary = erp.build(services.superuser_url, services.credentials.erp)
    assert summary == demo_erp.summary
    assert erp.built_at(services.superuser_url) == built
    assert fingerprints(demo_erp.superuser_url) == whole


def test_new_days_correct_and_delete_rows_of_the_days_before(demo_erp: DemoErp, services: Services) -> None:
    earlier = LAST_DAY - timedelta(days=21)
    try:
        erp.build(services.superuser_url, services.credentials.erp, last_day=earlier, anew=True)
        highest = one(demo_erp.reader_url, "SELECT max(r_e_c_n_o_) FROM sd3010")[0]
        erp.advance(services.superuser_url, 21)
        corrected, late, changed_orders = one(
            demo_erp.reader_url,
            f"""
            SELECT
                (SELECT count(*) FROM sd3010 WHERE r_e_c_n_o_ <= {highest} AND s_t_a_m_p_::date > '{earlier}'),
                (SELECT count(*) FROM sd3010 WHERE r_e_c_n_o_ > {highest} AND d3_emissao <= '{earlier:%Y%m%d}'),
                (SELECT count(*) FROM sc7010 WHERE c7_emissao <= '{earlier:%Y%m%d}' AND s_t_a_m_p_::date > '{earlier}')
            """,
        )
        assert corrected > 0
        assert late > 0
        assert changed_orders > 10
    finally:
        erp.build(services.superuser_url, services.credentials.erp)


def test_what_another_version_of_nova_made_is_built_anew(demo_erp: DemoErp, services: Services) -> None:
    with psycopg.connect(demo_erp.superuser_url) as connection:
        connection.execute("UPDATE truth.run SET recipe = recipe - 1")
        connection.execute("ALTER TABLE truth.run DROP COLUMN branches")
        connection.execute("DROP TABLE sd2010")
    assert erp.size_there(services.superuser_url) == ("small", False)
    with pytest.raises(LocalError, match="another version of Nova"):
        erp.summarize(services.superuser_url)
    with pytest.raises(LocalError, match="another version of Nova"):
        erp.advance(services.superuser_url, 1)
    assert erp.build(services.superuser_url, services.credentials.erp) == demo_erp.summary
    assert erp.size_there(services.superuser_url) == ("small", True)


def test_there_are_as_many_branches_as_states_at_most(services: Services) -> None:
    with pytest.raises(LocalError, match="the small demo ERP has 1 to 2 branches"):
        erp.build(services.superuser_url, services.credentials.erp, branches=3)


def test_a_last_day_before_the_first_and_a_step_back_are_refused(services: Services) -> None:
    with pytest.raises(LocalError, match="begins on 2024-11-01"):
        erp.build(services.superuser_url, services.credentials.erp, last_day=date(2024, 10, 31))
    with pytest.raises(LocalError, match="forward only"):
        erp.advance(services.superuser_url, 0)
