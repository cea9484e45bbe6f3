"""features and forecasts: the SQL lies beside this file."""

from alembic import op

from nova_assets.sqlfiles import revision_sql

revision = "0004_features_and_forecasts"
down_revision = "0003_staging_and_core"


def upgrade() -> None:
    op.execute(revision_sql(revision))
