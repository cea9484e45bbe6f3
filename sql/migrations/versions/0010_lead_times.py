"""lead times: the SQL lies beside this file."""

from alembic import op

from nova_assets.sqlfiles import revision_sql

revision = "0010_lead_times"
down_revision = "0009_quality"


def upgrade() -> None:
    op.execute(revision_sql(revision))
