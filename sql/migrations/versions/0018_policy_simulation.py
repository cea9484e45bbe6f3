"""what-if grid of policies: the SQL lies beside this file."""

from alembic import op

from nova_assets.sqlfiles import revision_sql

revision = "0018_policy_simulation"
down_revision = "0017_kpis_and_alerts"


def upgrade() -> None:
    op.execute(revision_sql(revision))
