"""roles and schemas: the SQL lies beside this file."""

from alembic import op

from nova_assets.sqlfiles import revision_sql

revision = "0001_roles_and_schemas"
down_revision = None


def upgrade() -> None:
    op.execute(revision_sql(revision))
