"""erp: the SQL lies beside this file."""

from alembic import op

from nova_assets.sqlfiles import revision_sql

revision = "0005_erp"
down_revision = "0004_features_and_forecasts"


def upgrade() -> None:
    op.execute(revision_sql(revision))
