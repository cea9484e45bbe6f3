"""daily parts of the KPIs, and alerts: the SQL lies beside this file."""

from alembic import op

from nova_assets.sqlfiles import revision_sql

revision = "0017_kpis_and_alerts"
down_revision = "0016_recommendations"


def upgrade() -> None:
    op.execute(revision_sql(revision))
