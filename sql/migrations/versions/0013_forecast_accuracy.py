"""forecast accuracy: the SQL lies beside this file."""

from alembic import op

from nova_assets.sqlfiles import revision_sql

revision = "0013_forecast_accuracy"
down_revision = "0012_lake"


def upgrade() -> None:
    op.execute(revision_sql(revision))
