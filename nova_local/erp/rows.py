"""What the simulation wrote, as rows of the ERP's tables: for each table the columns by their name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pyarrow as pa

from nova_local.erp import movements, text
from nova_local.erp.frames import Frame, length, take
from nova_local.erp.world import World

ARRIVED = 1_000_000_000  # record numbers of receipts from other branches: no other receipt gets so far
OWN_STORE = "FILIAL"  # the company itself, as a supplier and customer of its branches
BOUGHT, BOUGHT_SERVICE, RECEIVED, SENT = "001", "002", "151", "651"  # kinds of entry and exit (SF4)


def branches(numbers: np.ndarray) -> pa.Array:
    """Codes of branches: 01, 02, …"""
    return text.digits(numbers + 1, 2)


def own_numbers(numbers: np.ndarray, branch: np.ndarray) -> np.ndarray:
    """Numbers of requests and orders as their branch counts them: most are another document's in another branch."""
    return np.where(numbers > 0, ((numbers - 1) ^ branch) + 1, numbers)


def between_branches(world: World, rows: Frame) -> np.ndarray:
    """Which movements come from another branch or go to one: for the ERP, these are invoices."""
    return (rows["other"] >= 0) & (world.branch_at(rows["location"]) != world.branch_at(rows["other"]))


def record(rows: Frame) -> dict[str, pa.Array]:
    """The columns that every table ends with."""
    return {
        "d_e_l_e_t_": text.flag("*", rows["deleted"]),
        "r_e_c_n_o_": pa.array(rows["recno"]),
        "s_t_a_m_p_": text.stamps(rows["stamp"]),
    }


def movement_rows(world: World, rows: Frame) -> pa.Table:
    items, places = world.items, world.places
    rows = take(rows, ~between_branches(world, rows))
    return pa.table(
        {
            "d3_filial": branches(world.branch_at(rows["location"])),
            "d3_tm": text.chosen(movements.CODES, rows["kind"]),
            "d3_cod": text.chosen(items.code, rows["item"]),
            "d3_um": units_as_typed(world, rows["item"], rows["spelling"]),
            "d3_cf": text.chosen(movements.CLASSES, rows["kind"]),
            "d3_local": text.chosen(world.location_codes, rows["location"]),
            "d3_cc": text.chosen(places.code, rows["place"]),
            "d3_doc": text.digits(rows["document"], 9),
            "d3_numseq": text.serial(rows["sequence"]),
            "d3_op": work_orders(rows["work_order"]),
            **movement_values(rows),
        }
    )


def sent_rows(world: World, rows: Frame) -> pa.Table:
    """Lines of the invoices with which material leaves for another branch."""
    rows = take(rows, between_branches(world, rows) & (rows["kind"] == movements.OUT))
    count = length(rows)
    return pa.table(
        {
            "d2_filial": branches(world.branch_at(rows["location"])),
            "d2_doc": text.digits(rows["document"], 9),
            "d2_serie": text.constant("1", count),
            "d2_cliente": text.constant(OWN_STORE, count),
            "d2_loja": branches(world.branch_at(rows["other"])),
            "d2_cod": text.chosen(world.items.code, rows["item"]),
            "d2_um": units_as_typed(world, rows["item"], rows["spelling"]),
            "d2_quant": text.units(rows["quantity"]),
            "d2_custo1": pa.array(rows["cost"]),
            "d2_emissao": text.days(rows["day"]),
            "d2_local": text.chosen(world.location_codes, rows["location"]),
            "d2_tes": text.constant(SENT, count),
            "d2_tipo": text.constant("N", count),
            "d2_numseq": text.serial(rows["sequence"]),
            **record(rows),
        }
    )


def arrived_rows(world: World, rows: Frame) -> pa.Table:
    """The same lines where they arrive: receipts whose supplier is the company itself, and that have no order."""
    rows = take(rows, between_branches(world, rows) & (rows["kind"] == movements.IN))
    count = length(rows)
    return pa.table(
        {
            "d1_filial": branches(world.branch_at(rows["location"])),
            "d1_doc": text.digits(rows["document"], 9),
            "d1_serie": text.constant("1", count),
            "d1_fornece": text.constant(OWN_STORE, count),
            "d1_loja": branches(world.branch_at(rows["other"])),
            "d1_cod": text.chosen(world.items.code, rows["item"]),
            "d1_item": text.digits(rows["recno"] % 9_999 + 1, 4),
            "d1_um": units_as_typed(world, rows["item"], rows["spelling"]),
            "d1_quant": text.units(rows["quantity"]),
            "d1_vunit": pa.array(np.round(rows["cost"] * 100 / rows["quantity"], 2)),
            "d1_total": pa.array(rows["cost"]),
            "d1_emissao": text.days(rows["day"]),
            "d1_dtdigit": text.days(rows["day"]),
            "d1_pedido": text.constant("", count),
            "d1_itempc": text.constant("", count),
            "d1_local": text.chosen(world.location_codes, rows["location"]),
            "d1_tes": text.constant(RECEIVED, count),
            "d1_tipo": text.constant("N", count),
            **record({**rows, "recno": ARRIVED + rows["recno"]}),
        }
    )


def movement_changes(world: World, rows: Frame) -> pa.Table:
    return pa.table(movement_values(rows))


def movement_values(rows: Frame) -> dict[str, pa.Array]:
    return {
        "d3_quant": text.units(rows["quantity"]),
        "d3_custo1": pa.array(rows["cost"]),
        "d3_emissao": text.days(rows["day"]),
        "d3_estorno": text.flag("S", rows["reversed"]),
        **record(rows),
    }


def requisition_rows(world: World, rows: Frame) -> pa.Table:
    items, places = world.items, world.places
    is_service = rows["location"] < 0
    asks = world.buyer(rows["item"], rows["location"])
    return pa.table(
        {
            "c1_filial": branches(asks),
            "c1_num": text.digits(own_numbers(rows["number"], asks), 6),
            "c1_item": text.digits(rows["line"], 4),
            "c1_produto": text.chosen(items.code, rows["item"]),
            "c1_um": text.chosen(items.unit, rows["item"]),
            "c1_quant": text.units(rows["quantity"]),
            "c1_datprf": text.days(rows["needed"]),
            "c1_emissao": text.days(rows["day"]),
            "c1_local": text.chosen(world.location_codes, rows["location"]),
            "c1_filent": branches(world.branch_at(rows["location"])),
            "c1_cc": text.chosen(places.code, np.where(is_service, rows["place"], -1)),
            "c1_residuo": text.constant("", length(rows)),
            **requisition_values(world, rows),
        }
    )


def requisition_changes(world: World, rows: Frame) -> pa.Table:
    return pa.table(requisition_values(world, rows))


def requisition_values(world: World, rows: Frame) -> dict[str, pa.Array]:
    return {
        "c1_pedido": text.digits(own_numbers(rows["order"], world.buyer(rows["item"], rows["location"])), 6),
        "c1_itemped": text.digits(rows["order_line"], 4),
        "c1_quje": text.units(rows["ordered"]),
        **record(rows),
    }


def order_rows(world: World, rows: Frame) -> pa.Table:
    items, suppliers = world.items, world.suppliers
    nothing = np.zeros(length(rows), np.int64)
    buys = world.buyer(rows["item"], rows["location"])
    return pa.table(
        {
            "c7_filial": branches(buys),
            "c7_num": text.digits(own_numbers(rows["number"], buys), 6),
            "c7_item": text.digits(rows["line"], 4),
            "c7_produto": text.chosen(items.code, rows["item"]),
            "c7_um": text.chosen(items.unit, rows["item"]),
            "c7_quant": text.units(rows["quantity"]),
            "c7_preco": pa.array(rows["price"]),
            "c7_total": pa.array(np.round(rows["price"] * rows["quantity"] / 100, 2)),
            "c7_datprf": text.days(rows["promised"]),
            "c7_emissao": text.days(rows["day"]),
            "c7_fornece": text.chosen(suppliers.code, rows["supplier"]),
            "c7_loja": text.chosen(suppliers.branch, rows["supplier"]),
            "c7_numsc": text.digits(own_numbers(rows["requisition"], buys), 6),
            "c7_itemsc": text.digits(rows["requisition_line"], 4),
            "c7_local": text.chosen(world.location_codes, rows["location"]),
            "c7_filent": branches(world.branch_at(rows["location"])),
            **order_values({**rows, "received": nothing, "done": nothing, "residue": nothing}),
        }
    )


def order_changes(world: World, rows: Frame) -> pa.Table:
    return pa.table(order_values(rows))


def order_values(rows: Frame) -> dict[str, pa.Array]:
    return {
        "c7_quje": text.units(rows["received"]),
        "c7_encer": text.flag("E", rows["done"]),
        "c7_residuo": text.flag("S", rows["residue"]),
        **record(rows),
    }


def receipt_rows(world: World, rows: Frame) -> pa.Table:
    items, suppliers = world.items, world.suppliers
    count = length(rows)
    buys = world.buyer(rows["item"], rows["location"])
    return pa.table(
        {
            "d1_filial": branches(world.branch_at(rows["location"])),
            "d1_doc": text.digits(rows["invoice"], 9),
            "d1_serie": text.constant("1", count),
            "d1_fornece": text.chosen(suppliers.code, rows["supplier"]),
            "d1_loja": text.chosen(suppliers.branch, rows["supplier"]),
            "d1_cod": text.chosen(items.code, rows["item"]),
            "d1_item": text.digits(rows["line"], 4),
            "d1_um": text.chosen(items.unit, rows["item"]),
            "d1_quant": text.units(rows["quantity"]),
            "d1_vunit": pa.array(rows["price"]),
            "d1_total": pa.array(np.round(rows["price"] * rows["quantity"] / 100, 2)),
            "d1_emissao": text.days(rows["day"]),
            "d1_dtdigit": text.days(rows["entered"]),
            "d1_pedido": text.digits(own_numbers(rows["order"], buys), 6),
            "d1_itempc": text.digits(rows["order_line"], 4),
            "d1_local": text.chosen(world.location_codes, rows["location"]),
            "d1_tes": text.chosen((BOUGHT, BOUGHT_SERVICE), (rows["location"] < 0).astype(np.int64)),
            "d1_tipo": text.chosen(("N", "D"), rows["kind"]),
            **record(rows),
        }
    )


def receipt_changes(world: World, rows: Frame) -> pa.Table:
    return pa.table(record(rows))


def unmet_rows(world: World, rows: Frame) -> pa.Table:
    return pa.table(
        {
            "item_id": text.chosen(world.items.code, rows["item"]),
            "site_id": text.chosen(world.places.code, rows["place"]),
            "branch": branches(world.branch_at(rows["location"])),
            "location_id": text.chosen(world.location_codes, rows["location"]),
            "wanted_on": text.dates(rows["day"]),
            "wanted": text.units(rows["wanted"]),
            "unmet": text.units(rows["unmet"]),
            **unmet_values(rows),
        }
    )


def unmet_changes(world: World, rows: Frame) -> pa.Table:
    return pa.table(unmet_values(rows))


def unmet_values(rows: Frame) -> dict[str, pa.Array]:
    return {
        "r_e_c_n_o_": pa.array(rows["recno"]),
        "served_on": text.dates(rows["served_on"]),
        "given_up": text.units(rows["given_up"]),
        "penalty_brl": text.units(rows["penalty"]),
    }


def weather_rows(world: World, rows: Frame) -> pa.Table:
    return pa.table(
        {
            "region": pa.array(rows["region"] + 1),
            "day": text.dates(rows["day"]),
            "rain_mm": pa.array(rows["rain"]),
            "wind_kmh": pa.array(rows["wind"]),
            "failure_factor": pa.array(rows["factor"]),
        }
    )


def wrong_price_rows(world: World, rows: Frame) -> pa.Table:
    buys = world.buyer(rows["item"], rows["location"])
    return pa.table(
        {
            "branch": branches(buys),
            "order_id": text.digits(own_numbers(rows["number"], buys), 6),
            "line_no": text.digits(rows["line"], 4),
            "item_id": text.chosen(world.items.code, rows["item"]),
            "typed_brl": pa.array(rows["price"]),
            "price_brl": pa.array(rows["true_price"]),
        }
    )


def units_as_typed(world: World, items: np.ndarray, otherwise: np.ndarray) -> pa.Array:
    both = [*world.items.unit, *world.items.spelling]
    return text.chosen(both, items + otherwise * len(world.items))


def work_orders(numbers: np.ndarray) -> pa.Array:
    """Number, item and sequence of a production order; blank without one."""
    return text.joined([text.serial(numbers), pa.scalar("01001")], numbers >= 0)


TABLES: Mapping[str, str] = {  # all others: public
    "unmet": "truth.unmet_demand",
    "weather": "truth.weather",
    "wrong_prices": "truth.wrong_prices",
}
INSERTS: Mapping[str, Mapping[str, Callable[[World, Frame], pa.Table]]] = {
    "sd3010": {"sd3010": movement_rows, "sd2010": sent_rows, "sd1010": arrived_rows},
    "sc1010": {"sc1010": requisition_rows},
    "sc7010": {"sc7010": order_rows},
    "sd1010": {"sd1010": receipt_rows},
    "unmet": {"unmet": unmet_rows},
    "weather": {"weather": weather_rows},
    "wrong_prices": {"wrong_prices": wrong_price_rows},
}
CHANGES: Mapping[str, Callable[[World, Frame], pa.Table]] = {
    "sd3010": movement_changes,
    "sc1010": requisition_changes,
    "sc7010": order_changes,
    "sd1010": receipt_changes,
    "unmet": unmet_changes,
}
