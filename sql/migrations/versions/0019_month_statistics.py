"""month_statistics: the SQL lies beside this file."""

from alembic import op

from nova_assets.sqlfiles import revision_sql

revision = "0019_month_statistics"
down_revision = "0018_policy_simulation"


def upgrade() -> None:
    op.execute(revision_sql(revision))
