"""${message}: the SQL lies beside this file."""

from alembic import op
from nova_assets.sqlfiles import revision_sql

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    op.execute(revision_sql(revision))
