"""receipts, summed demand, projections and recommendations: the SQL lies beside this file."""

from alembic import op

from nova_assets.sqlfiles import revision_sql

revision = "0016_recommendations"
down_revision = "0015_policy"


def upgrade() -> None:
    op.execute(revision_sql(revision))
