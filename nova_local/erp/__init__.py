"""A demo ERP: a seeded simulation of a tower-maintenance company, written day by day into tables of Protheus."""

from __future__ import annotations

from nova_local.erp.builder import advance, build
from nova_local.erp.database import DATABASE, READER, Summary, built_at, exists, size_there, summarize
from nova_local.erp.scales import DEFAULT_SIZE, scale_of

__all__ = [
    "DATABASE",
    "DEFAULT_SIZE",
    "READER",
    "Summary",
    "advance",
    "build",
    "built_at",
    "exists",
    "scale_of",
    "size_there",
    "summarize",
]
