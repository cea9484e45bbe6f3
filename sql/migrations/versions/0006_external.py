"""public data: the SQL lies beside this file."""

from alembic import op

from nova_assets.sqlfiles import revision_sql

revision = "0006_external"
down_revision = "0005_erp"


def upgrade() -> None:
    op.execute(revision_sql(revision))
