"""The ERP's registers (items, groups, balances, suppliers, places) and the truth about them, as rows."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from nova_local.erp import text
from nova_local.erp.frames import Frame, concat, take
from nova_local.erp.rows import BOUGHT, BOUGHT_SERVICE, OWN_STORE, RECEIVED, SENT, branches, record
from nova_local.erp.state import DIRT, State, waiting
from nova_local.erp.world import World

SHARED = ""  # registers belong to all branches
OLD_REGISTRATION = 50  # one of so many items and suppliers was registered before, and that row deleted


def group_rows(world: World) -> pa.Table:
    groups = world.items.groups
    return pa.table(
        {
            "bm_filial": text.constant(SHARED, len(groups)),
            "bm_grupo": [group_code(number) for number in range(len(groups))],
            "bm_desc": groups,
            **first_records(world, len(groups)),
        }
    )


def item_rows(world: World, state: State) -> pa.Table:
    """Every item, then the deleted former registrations under the same codes."""
    items = world.items
    current: Frame = {
        "item": np.arange(len(items)),
        "recno": 1 + np.arange(len(items)),
        "stamp": state.item_stamp,
        "deleted": np.zeros(len(items), np.int64),
        "cost": state.standard_cost,
        "price": state.last_price,
        "least": state.min_order,
        "days": state.planned_days,
        "blocked": state.blocked.astype(np.int64),
    }
    former = take(current, former_registrations(len(items)))
    count = len(former["item"])
    former["recno"] = 1 + len(items) + np.arange(count)
    former["stamp"] = np.full(count, world.first_day * 86_400)
    former["deleted"] = np.ones(count, np.int64)
    former["cost"], former["price"] = items.cost[former["item"]], np.zeros(count)
    former["least"], former["days"] = items.min_order[former["item"]], items.planned_days[former["item"]]
    former["blocked"] = np.zeros(count, np.int64)
    rows = concat([current, former])
    item = rows["item"]
    in_weeks = rows["days"] % 7 == 0
    names = [f"{name} (ANTIGO)" for name in items.name]
    groups = np.where(items.ungrouped[item], -1, items.group[item])
    return pa.table(
        {
            "b1_filial": text.constant(SHARED, len(item)),
            "b1_cod": text.chosen(items.code, item),
            "b1_desc": text.chosen([*items.name, *names], item + rows["deleted"] * len(items)),
            "b1_tipo": text.chosen(items.category, item),
            "b1_um": text.chosen(items.unit, item),
            "b1_grupo": text.chosen([group_code(number) for number in range(len(items.groups))], groups),
            "b1_locpad": text.chosen([world.places.code[0]], np.where(items.is_service[item], -1, 0)),
            "b1_qe": text.units(items.multiple[item]),
            "b1_xcrit": text.chosen(items.criticality, item),
            "b1_custd": pa.array(rows["cost"]),
            "b1_uprc": pa.array(rows["price"]),
            "b1_lm": text.units(rows["least"]),
            "b1_pe": pa.array(np.where(in_weeks, rows["days"] / 7, rows["days"])),
            "b1_tipe": text.chosen(("D", "S"), in_weeks.astype(np.int64)),
            "b1_msblql": text.chosen(("2", "1"), rows["blocked"]),
            **record(rows),
        }
    )


def balance_rows(world: World, state: State) -> pa.Table:
    """Every warehouse that may hold an item; reserved is what work orders wait for, coming what is ordered."""
    item, location = stocked_cells(world)
    return pa.table(
        {
            "b2_filial": branches(world.branch_at(location)),
            "b2_cod": text.chosen(world.items.code, item),
            "b2_local": text.chosen(world.location_codes, location),
            "b2_qatu": text.units(state.book[item, location]),
            "b2_reserva": text.units(waiting(state, "backorders")[item, location]),
            "b2_salpedi": text.units(waiting(state, "deliveries")[item, location]),
            "b2_cm1": pa.array(state.average_cost[item]),
            **record(
                {
                    "recno": 1 + item * world.locations + location,
                    "stamp": state.balance_stamp[item, location],
                    "deleted": np.zeros(len(item), np.int64),
                }
            ),
        }
    )


def supplier_rows(world: World) -> pa.Table:
    """Every supplier, the deleted former registrations under the same codes, and, of several branches, each."""
    suppliers = world.suppliers
    count = len(suppliers)
    row = np.concatenate([np.arange(count), former_registrations(count)])
    own = range(1, world.branches + 1) if world.branches > 1 else ()
    total = len(row) + len(own)
    deleted = ((np.arange(total) >= count) & (np.arange(total) < len(row))).astype(np.int64)

    def column(of_suppliers: list[str], of_own: list[str]) -> list[str]:
        return [*(of_suppliers[number] for number in row), *of_own]

    return pa.table(
        {
            "a2_filial": text.constant(SHARED, total),
            "a2_cod": column(suppliers.code, [OWN_STORE for _ in own]),
            "a2_loja": column(suppliers.branch, [f"{number:02d}" for number in own]),
            "a2_nome": column(suppliers.name, [f"FILIAL {number:02d}" for number in own]),
            "a2_est": column(suppliers.state, [world.places.state[0] for _ in own]),
            "a2_mun": column(suppliers.city, ["" for _ in own]),
            "a2_msblql": column(["1" if blocked else "2" for blocked in suppliers.blocked], ["2" for _ in own]),
            **first_records(world, total, deleted),
        }
    )


def place_rows(world: World) -> pa.Table:
    """Places under the codes that all branches share: a warehouse whose branch knows it by another's has none here."""
    places = world.places
    kept = [n for n in range(len(places)) if n >= world.locations or places.code[n] == world.location_codes[n]]
    return pa.table(
        {
            "nnr_filial": text.constant(SHARED, len(kept)),
            "nnr_codigo": [places.code[n] for n in kept],
            "nnr_descri": [places.name[n] for n in kept],
            "nnr_tipo": text.constant("1", len(kept)),
            "nnr_xuf": [places.state[n] for n in kept],
            "nnr_xreg": [places.region_name[n] for n in kept],
            "nnr_xtipo": [places.kind[n] for n in kept],
            "nnr_xcli": [places.owner[n] for n in kept],
            **first_records(world, len(kept)),
        }
    )


def entry_rows(world: World) -> pa.Table:
    """Kinds of entry and exit: whether each moves stock, and whether it is a transfer between branches."""
    kinds = (
        (BOUGHT, "COMPRA DE MATERIAL", "S", "2"),
        (BOUGHT_SERVICE, "SERVICO TOMADO", "N", "2"),
        (RECEIVED, "TRANSF RECEBIDA", "S", "1"),
        (SENT, "TRANSF ENVIADA", "S", "1"),
    )
    code, name, moves_stock, is_transfer = zip(*kinds, strict=True)
    return pa.table(
        {
            "f4_filial": text.constant(SHARED, len(kinds)),
            "f4_codigo": code,
            "f4_texto": name,
            "f4_estoque": moves_stock,
            "f4_tranfil": is_transfer,
            **first_records(world, len(kinds)),
        }
    )


def true_items(world: World) -> pa.Table:
    items, suppliers = world.items, world.suppliers
    keys = [code + branch for code, branch in zip(suppliers.code, suppliers.branch, strict=True)]
    ends = np.where(items.last < 10**5, world.first_day + items.last, -1)
    return pa.table(
        {
            "item_id": items.code,
            "kind": items.kind,
            "first_day": text.dates(world.first_day + items.first),
            "last_day": text.dates(ends),
            "daily_lines": items.daily_lines(world.places),
            "failure_lines": items.failure_lines,
            "visit_chance": items.visit_chance,
            "team_lines": items.team_lines,
            "size_mean": items.size_mean,
            "size_cv": items.size_cv,
            "size_log_mean": items.size_log_mean,
            "size_log_sigma": items.size_log_sigma,
            "step": text.units(items.step),
            "price_drift": items.drift,
            "supplier_id": text.chosen(keys, items.supplier),
            "second_supplier_id": text.chosen(keys, items.second_supplier),
        }
    )


def true_suppliers(world: World) -> pa.Table:
    suppliers = world.suppliers
    return pa.table(
        {
            "supplier_id": [code + branch for code, branch in zip(suppliers.code, suppliers.branch, strict=True)],
            "log_mean": suppliers.log_mean,
            "log_sigma": suppliers.log_sigma,
            "quoted_days": suppliers.quoted_days.astype(float),
            "price_factor": suppliers.price_factor,
        }
    )


def true_contracts(world: World) -> pa.Table:
    places = world.places
    return pa.table(
        {
            "site_id": places.code[places.first_tower :],
            "owner": places.owner[places.first_tower :],
            "region": places.region[places.first_tower :],
            "monthly_fee_brl": text.units(places.monthly_fee),
            "sla_days": places.sla_days,
            "penalty_per_day_brl": text.units(places.penalty_per_day),
            "exposure": places.exposure,
            "visit_period_days": places.visit_period,
            "visit_phase": places.visit_phase,
        }
    )


def true_shelves(world: World, state: State) -> pa.Table:
    item, location = stocked_cells(world)
    return pa.table(
        {
            "item_id": text.chosen(world.items.code, item),
            "branch": branches(world.branch_at(location)),
            "location_id": text.chosen(world.location_codes, location),
            "on_shelf": text.units(state.shelf[item, location]),
            "unnoticed_loss": text.units(state.lost[item, location]),
            "minimum": text.units(state.minimum[item, location]),
            "maximum": text.units(state.maximum[item, location]),
        }
    )


def true_dirt(world: World, state: State) -> pa.Table:
    """What the days planted, and what is wrong in the registers from the start."""
    registers = {
        "items_without_group": int(world.items.ungrouped.sum()),
        "deleted_items": len(former_registrations(len(world.items))),
        "deleted_suppliers": len(former_registrations(len(world.suppliers))),
    }
    return pa.table(
        {
            "kind": [*DIRT, *registers],
            "planted": [*state.dirt[:, 0].tolist(), *registers.values()],
            "mended": [*state.dirt[:, 1].tolist(), *(0 for _ in registers)],
        }
    )


def former_registrations(count: int) -> np.ndarray:
    return np.arange(OLD_REGISTRATION // 2, count, OLD_REGISTRATION)


def stocked_cells(world: World) -> tuple[np.ndarray, np.ndarray]:
    item, location = np.nonzero(world.buys | world.is_fed)
    return item, location


def group_code(number: int) -> str:
    return f"{number + 1:04d}"


def first_records(world: World, count: int, deleted: np.ndarray | None = None) -> dict[str, pa.Array]:
    """The ending columns of rows that exist from the first day and never change."""
    return record(
        {
            "recno": 1 + np.arange(count),
            "stamp": np.full(count, world.first_day * 86_400),
            "deleted": np.zeros(count, np.int64) if deleted is None else deleted,
        }
    )
