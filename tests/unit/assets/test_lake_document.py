"""What other teams read about the shape of their files is what the registry says."""

from __future__ import annotations

from nova_assets.registry.lake import FORECASTS
from nova_assets.resources.lake_schema import ARROW_TYPES
from nova_assets.settings import PROJECT_ROOT


def test_the_document_shows_the_columns_of_the_table_that_files_are_dropped_for():
    written = (PROJECT_ROOT / "docs" / "lake.md").read_text(encoding="utf-8")
    _, _, shape = written.partition("| column | type | meaning |\n|---|---|---|\n")
    rows = []
    for column in FORECASTS.columns:
        unit = f" [{column.unit}]" if column.unit else ""
        rows.append(f"| `{column.name}` | {ARROW_TYPES[column.type]} | {column.meaning}{unit} |")
    assert shape.partition("\n\n")[0].splitlines() == rows
