"""candidate_months: the SQL lies beside this file."""

from alembic import op

from nova_assets.sqlfiles import revision_sql

revision = "0011_candidate_months"
down_revision = "0010_lead_times"


def upgrade() -> None:
    op.execute(revision_sql(revision))
