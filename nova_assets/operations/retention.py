"""What an asset says that keeps a table from growing for ever."""

import dagster as dg

Size = tuple[int, int]
"""Rows of a table, and its bytes with indexes."""


def shrunk(days_kept: int, rows_deleted: int, before: Size, after: Size) -> dg.MaterializeResult:
    """The result of having deleted what is older than `days_kept`."""
    return dg.MaterializeResult(
        metadata={
            "days_kept": days_kept,
            "rows_deleted": rows_deleted,
            "rows_before": before[0],
            "rows_after": after[0],
            "bytes_before": before[1],
            "bytes_after": after[1],
        }
    )
