"""lake: the SQL lies beside this file."""

from alembic import op

from nova_assets.sqlfiles import revision_sql

revision = "0012_lake"
down_revision = "0011_candidate_months"


def upgrade() -> None:
    op.execute(revision_sql(revision))
