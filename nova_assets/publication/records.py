"""What is written down of a publication: the table's version, and the log of all that was counted and checked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date

import psycopg

from nova_assets.checks import CheckResult
from nova_assets.drift import Terms
from nova_assets.publication.model import Counted


def record(
    connection: psycopg.Connection, relation: str, rows: int, through: date | None, run_id: str | None, *, changed: bool
) -> int:
    """Write the table's row of `support.dataset_versions`, tell listeners of a new version, and return the version."""
    row = connection.execute(
        """
        INSERT INTO support.dataset_versions AS present
            (dataset, version, row_count, data_through, run_id, changed_at, materialized_at)
        VALUES (%(dataset)s, 1, %(rows)s, %(through)s, %(run_id)s, now(), now())
        ON CONFLICT (dataset) DO UPDATE SET
            version = present.version + %(changed)s::integer,
            row_count = excluded.row_count,
            data_through = excluded.data_through,
            run_id = excluded.run_id,
            changed_at = CASE WHEN %(changed)s THEN now() ELSE present.changed_at END,
            materialized_at = now()
        RETURNING version
        """,
        {"dataset": relation, "rows": rows, "through": through, "run_id": run_id, "changed": changed},
    ).fetchone()
    version = row[0] if row else 1
    connection.execute("SELECT pg_notify('nova_versions', %s)", [f"{relation}:{version}"])
    return version


def log(
    connection: psycopg.Connection,
    counted: Counted,
    results: Iterable[CheckResult],
    run_id: str | None,
    terms: Terms,
    version: int | None = None,
    made_from: Mapping[str, int] | None = None,
) -> None:
    """Write the row of `support.publications`, and the event of the audit log that points to it; without a version the
    publication was refused."""
    checks = [
        {"name": r.name, "severity": r.severity.value, "offending_rows": r.offending_rows, "examples": r.example_texts}
        for r in results
    ]
    connection.execute("SELECT support.make_audit_months()")
    connection.execute(
        """
        WITH publication AS (
            INSERT INTO support.publications
                (dataset, version, run_id, source, first_day, last_day, former_rows, rows, nulls, checks, made_from)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
            RETURNING publication_id, dataset, version, rows, run_id
        )
        INSERT INTO support.audit_logs (action, actor, subject_kind, subject_id, details)
        SELECT
            CASE WHEN version IS NULL THEN 'dataset.refused' ELSE 'dataset.published' END,
            'nova_pipeline',
            'dataset',
            dataset,
            jsonb_build_object(
                'publication_id', publication_id, 'version', version, 'rows', rows, 'run_id', run_id
            )
        FROM publication
        """,
        [
            counted.relation,
            version,
            run_id,
            terms.source,
            counted.window and counted.window.first,
            counted.window and counted.window.last,
            counted.former_rows,
            counted.rows,
            json.dumps(counted.nulls),
            json.dumps(checks, ensure_ascii=False),
            json.dumps(dict(made_from or {})),
        ],
    )


def former_source(connection: psycopg.Connection, relation: str) -> str | None:
    """The source in use when the rows that are there were published; None before the first publication."""
    row = connection.execute(
        "SELECT source FROM support.publications WHERE dataset = %s AND version IS NOT NULL"
        " ORDER BY publication_id DESC LIMIT 1",
        [relation],
    ).fetchone()
    return row[0] if row else None
