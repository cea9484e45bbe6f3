"""Alembic's entry: one transaction for all pending revisions, by the administrator's connection.

A revision is a pair of files: `NNNN_name.py` says what it follows, `NNNN_name.sql` what it does.
"""

from alembic import context
from sqlalchemy import create_engine, pool, text

from nova_assets.settings import admin_database_url

MIGRATION_LOCK = 7_662_001

engine = create_engine(context.config.attributes.get("url") or admin_database_url(), poolclass=pool.NullPool)
with engine.begin() as connection:
    # Two deployments may start at once: the second waits and finds nothing left to do.
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
    context.configure(connection=connection, transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
