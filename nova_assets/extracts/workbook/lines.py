"""Turns the workbook's lines into purchase lines: every line is kept, merged or rejected, by the rules of `rules.py`.

Two passes: each line by itself (cells), then what only the other lines or the sheet DADOS can tell (codes, families,
units, sites, repetitions).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from nova_assets.extracts.workbook import cells
from nova_assets.extracts.workbook.sheets import LINE_HEADERS, Line, Workbook, fold
from nova_assets.partitions import FIRST_DAY

UNKNOWN = "UNKNOWN"
NO_FAMILY = "NÃO CLASSIFICADO"
CUT_AT = 10
SERVICE_UNIT = "SR"
SERVICE_FAMILY = "SERV"
LONGEST_PLAUSIBLE_GAP = timedelta(days=365)


@dataclass(frozen=True)
class PurchaseLine:
    """A line that counts: typed and repaired. `merged_into` names the row it repeats, if it repeats one."""

    row_number: int
    requisition_id: str
    item_id: str
    item_name: str
    family: str
    unit: str
    is_service: bool
    site_id: str
    supplier_id: str
    quantity: Decimal
    needed_on: date | None
    requested_on: date
    ordered_on: date | None
    repairs: tuple[str, ...]
    merged_into: int | None = None

    @property
    def status(self) -> str:
        return "kept" if self.merged_into is None else "merged"


@dataclass(frozen=True)
class RejectedLine:
    """A line that cannot be used: the rule that says so, what was found, and the cells as read, by the ERP's names."""

    row_number: int
    reason: str
    detail: str
    raw: Mapping[str, str | None]


@dataclass(frozen=True)
class Repaired:
    """All lines of a workbook, each in exactly one of the two lists."""

    lines: Sequence[PurchaseLine]
    rejected: Sequence[RejectedLine]

    def count(self, status: str) -> int:
        """Lines with this status."""
        return sum(line.status == status for line in self.lines)


def repair(workbook: Workbook, today: date) -> Repaired:
    """Apply all rules. `today` is the last day on which a request can have been made."""
    drafts, rejected = [], []
    for line in workbook.lines:
        try:
            drafts.append(_Draft.read(line, today))
        except _RejectError as reject:
            raw = {header: line.cells[name] for name, header in LINE_HEADERS.items()}
            rejected.append(RejectedLine(line.row_number, reject.reason, reject.detail, raw))
    _join_code_spellings(drafts)
    kept = []
    knowledge = _Knowledge.gather(drafts, workbook.sites)
    for draft in drafts:
        try:
            kept.append(draft.finish(knowledge))
        except _RejectError as reject:
            raw = {header: draft.source.cells[name] for name, header in LINE_HEADERS.items()}
            rejected.append(RejectedLine(draft.source.row_number, reject.reason, reject.detail, raw))
    rejected.sort(key=lambda line: line.row_number)
    return Repaired(_merge_repeated(kept, {line.row_number: line for line in workbook.lines}), rejected)


class _RejectError(Exception):
    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


@dataclass
class _Draft:
    """A line after the first pass: cells parsed, gaps still open."""

    source: Line
    repairs: list[str]
    item_id: str
    item_name: str | None
    family: str | None
    unit: str | None
    site_id: str | None
    supplier_id: str | None
    requisition_id: str | None
    quantity: Decimal
    needed_on: date | None
    requested_on: date
    ordered_on: date | None

    @classmethod
    def read(cls, line: Line, today: date) -> _Draft:
        repairs: list[str] = []

        def take(parse: Callable[[str | None], cells.Parsed], name: str, reason: str | None = None):
            try:
                parsed = parse(line.cells[name])
            except cells.UnreadableError as error:
                if reason is None:
                    return None
                raise _RejectError(reason, f"{LINE_HEADERS[name]}: {error}") from error
            repairs.extend(code for code in parsed.repairs if code not in repairs)
            return parsed.value

        item_id = take(cells.upper, "produto_servico")
        if item_id is None:
            raise _RejectError("item_missing", f"{LINE_HEADERS['produto_servico']} is empty")
        quantity = take(cells.quantity, "quantidade", "quantity_invalid")
        if quantity is None or quantity <= 0:
            raise _RejectError(
                "quantity_invalid", f"{LINE_HEADERS['quantidade']} is {line.cells['quantidade'] or 'empty'}"
            )
        requested_on = take(cells.day, "data_solicitado", "date_unreadable")
        ordered_on = take(cells.day, "data_de_compra", "date_unreadable")
        if requested_on is None:
            if ordered_on is None:
                raise _RejectError("dates_missing", "Neither a request nor a purchase date")
            requested_on = ordered_on
            repairs.append("request_date_missing")
        if ordered_on is not None and requested_on - ordered_on > LONGEST_PLAUSIBLE_GAP:
            ordered_on = None
            repairs.append("order_date_implausible")
        if not FIRST_DAY <= min(requested_on, ordered_on or requested_on) <= requested_on <= today:
            raise _RejectError("date_out_of_range", f"Requested on {requested_on}: before {FIRST_DAY} or after {today}")
        return cls(
            source=line,
            item_id=item_id,
            item_name=take(cells.upper, "material"),
            family=take(cells.upper, "familia"),
            unit=take(cells.unit, "u_m"),
            site_id=take(cells.upper, "deposito"),
            supplier_id=take(cells.upper, "nome_fornec"),
            requisition_id=take(cells.upper, "solicitacao"),
            quantity=quantity,
            # When the field asked for it is only a note beside the request: an unreadable note costs no line.
            needed_on=take(cells.day, "data_requisitada"),
            requested_on=requested_on,
            ordered_on=ordered_on,
            repairs=repairs,
        )

    def finish(self, known: _Knowledge) -> PurchaseLine:
        unit = self.unit or self._repaired("unit_missing", known.units.get(self.item_id))
        if unit is None:
            raise _RejectError("unit_unknown", f"No line of item {self.item_id} has a unit")
        name = self.item_name or self._repaired("name_missing", known.names.get(self.item_id, self.item_id))
        family = self.family or self._repaired("family_missing", known.families.get(self.item_id, NO_FAMILY))
        if _words(family) in known.contracts:
            family = self._repaired("family_is_contract", known.families.get(self.item_id, NO_FAMILY))
        site = self.site_id or self._repaired("site_missing", UNKNOWN)
        if whole := known.whole_site(site):
            site = self._repaired("site_cut", whole)
        return PurchaseLine(
            row_number=self.source.row_number,
            requisition_id=self.requisition_id or self._repaired("requisition_missing", f"ROW{self.source.row_number}"),
            item_id=self.item_id,
            item_name=name,
            family=family,
            unit=unit,
            is_service=unit == SERVICE_UNIT or family.startswith(SERVICE_FAMILY),
            site_id=site,
            supplier_id=self.supplier_id or self._repaired("supplier_missing", UNKNOWN),
            quantity=self.quantity,
            needed_on=self.needed_on,
            requested_on=self.requested_on,
            ordered_on=self.ordered_on,
            repairs=tuple(self.repairs),
        )

    def _repaired(self, rule: str, value):
        if value is not None:
            self.repairs.append(rule)
        return value


@dataclass(frozen=True)
class _Knowledge:
    """What the lines say together: by item, its usual unit, name and family; contracts and sites from DADOS."""

    units: Mapping[str, str]
    names: Mapping[str, str]
    families: Mapping[str, str]
    contracts: frozenset[frozenset[str]]
    sites: Sequence[str]

    @classmethod
    def gather(cls, drafts: Sequence[_Draft], sites: Iterable[Line]) -> _Knowledge:
        rows = list(sites)
        contracts = frozenset(_words(row.cells["cliente"]) for row in rows if row.cells["cliente"])
        families = [(d.item_id, d.family) for d in drafts if d.family and _words(d.family) not in contracts]
        return cls(
            units=_usual((d.item_id, d.unit) for d in drafts if d.unit),
            names=_usual((d.item_id, d.item_name) for d in drafts if d.item_name),
            families=_usual(families),
            contracts=contracts,
            sites=sorted({code for row in rows if (code := cells.upper(row.cells["site"]).value)}),
        )

    def whole_site(self, code: str) -> str | None:
        """The code that `code` is the first ten characters of, when DADOS leaves no doubt which."""
        if len(code) != CUT_AT or code in self.sites:
            return None
        longer = sorted((site for site in self.sites if site.startswith(code)), key=len)
        return longer[0] if longer and all(site.startswith(longer[0]) for site in longer) else None


def _words(text: str | None) -> frozenset[str]:
    """A name as the set of its words: `Corretiva TBSA` is `TBSA CORRETIVA`."""
    return frozenset(fold(text or "").split())


def _usual(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """For each key the value seen most often; among equals the first in the alphabet, so that reloads agree."""
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for key, value in pairs:
        seen[key][value] += 1
    return {key: min(values, key=lambda value: (-values[value], value)) for key, values in seen.items()}


def _join_code_spellings(drafts: Sequence[_Draft]) -> None:
    """Give items whose codes differ only in leading zeros the spelling used most often, the longest among equals."""
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for draft in drafts:
        spellings[draft.item_id.lstrip("0")][draft.item_id] += 1
    for draft in drafts:
        seen = spellings[draft.item_id.lstrip("0")]
        usual = max(seen, key=lambda code: (seen[code], len(code), code))
        if usual != draft.item_id:
            draft.item_id = usual
            draft.repairs.append("code_padding")


def _merge_repeated(lines: Sequence[PurchaseLine], sources: Mapping[int, Line]) -> list[PurchaseLine]:
    """Mark material lines that repeat an earlier line cell by cell."""
    first_rows: dict[tuple[str | None, ...], int] = {}
    merged = []
    for line in lines:
        if not line.is_service:
            first = first_rows.setdefault(tuple(sources[line.row_number].cells.values()), line.row_number)
            if first != line.row_number:
                line = replace(line, merged_into=first, repairs=(*line.repairs, "material_repeated"))
        merged.append(line)
    return merged
