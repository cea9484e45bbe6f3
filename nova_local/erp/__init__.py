"""A demo ERP: a seeded simulation of a tower-maintenance company, written day by day into tables of Protheus."""

from __future__ import annotations

from nova_local.erp.builder import advance, build
from nova_local.erp.database import DATABASE, READER, Summary, exists, summarize

__all__ = ["DATABASE", "READER", "Summary", "advance", "build", "exists", "summarize"]
