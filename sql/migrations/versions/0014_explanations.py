"""explanations: the SQL lies beside this file."""

from alembic import op

from nova_assets.sqlfiles import revision_sql

revision = "0014_explanations"
down_revision = "0013_forecast_accuracy"


def upgrade() -> None:
    op.execute(revision_sql(revision))
