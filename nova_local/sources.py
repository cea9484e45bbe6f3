"""What `nova up` and `nova materialize` say and do about the source before they load it."""

from __future__ import annotations

import os
from dataclasses import replace

from nova_local import erp, materialization
from nova_local.embedded import Services
from nova_local.errors import LocalError
from nova_local.home import Home
from nova_local.materialization import ERP, KINDS, Source
from nova_local.progress import Progress


def tell_of_a_change(home: Home, source: Source, progress: Progress) -> None:
    """Say what becomes of the data of the former source, where this is another one."""
    former = materialization.loaded_kind(home)
    if former in KINDS and former != source.kind:
        was, back = ("the ERP", "erp") if former == ERP else ("the workbook", "workbook")
        progress.warn(f"the source changes from {was} to {source}: it replaces all rows; back with `--source {back}`")


def provide(source: Source, services: Services, size: str | None, progress: Progress) -> Source:
    """The source, and where it is an ERP, see that there is one: that of ERP_URL, else the demo ERP, of `size` where
    one is asked for.

    A demo ERP of that size is kept as it is, whatever its seed and its last day; one that another version of Nova made
    is built anew.

    Raises `LocalError` when a size is asked for and ERP_URL names an ERP, or there is no such size.
    """
    if source.kind != ERP:
        return source
    if os.environ.get("ERP_URL"):
        if size is not None:
            raise LocalError("--size is that of the demo, but ERP_URL names an ERP: take one of them away")
        return source
    there, is_current = erp.size_there(services.superuser_url) or (None, False)
    if not is_current or size not in (None, there):
        wanted = size or there or erp.DEFAULT_SIZE
        erp.scale_of(wanted)
        with progress.step(f"the demo ERP, {wanted}"):
            erp.build(services.superuser_url, services.credentials.erp, wanted, note=progress.detail)
    return replace(source, demo=f"demo {erp.built_at(services.superuser_url).isoformat()}")
