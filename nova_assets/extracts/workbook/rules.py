"""The rules by which lines of the workbook are repaired, merged or rejected: the one table of them.

`docs/erp-workbook.md` shows this table to people; a test keeps the two equal.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Action(Enum):
    """What a rule does to a line."""

    REPAIR = "repair"
    MERGE = "merge"
    REJECT = "reject"


@dataclass(frozen=True)
class Rule:
    """A rule: its code as stored with the line, what it does, the defect it meets, and how it is met."""

    code: str
    action: Action
    defect: str
    treatment: str


RULES = (
    Rule("blanks", Action.REPAIR, "Blanks before, after or doubled within a text", "Trimmed and folded to one"),
    Rule("empty_words", Action.REPAIR, "`N/A`, `-`, `#N/D` and the like instead of an empty cell", "Read as empty"),
    Rule("text_date", Action.REPAIR, "A date typed as text, dd/mm/yyyy", "Read as that day"),
    Rule("text_number", Action.REPAIR, "A quantity typed as text, `1.234,5`", "Read as Brazilians write numbers"),
    Rule("unit_spelling", Action.REPAIR, "Several spellings of a unit (`M`/`MT`, `M2`/`M²`)", "One spelling each"),
    Rule("unit_missing", Action.REPAIR, "No unit", "The unit of the item's other lines"),
    Rule("name_missing", Action.REPAIR, "No item name", "The name of the item's other lines, else its code"),
    Rule("code_padding", Action.REPAIR, "A code that differs only in leading zeros", "The spelling used most often"),
    Rule("family_missing", Action.REPAIR, "No family", "The item's family elsewhere, else `NÃO CLASSIFICADO`"),
    Rule(
        "family_is_contract",
        Action.REPAIR,
        "A contract of the sheet DADOS where the family should be",
        "The item's family elsewhere, else `NÃO CLASSIFICADO`",
    ),
    Rule("site_missing", Action.REPAIR, "No site", "Site `UNKNOWN`"),
    Rule(
        "site_cut",
        Action.REPAIR,
        "A site code cut at ten characters",
        "The only code of the sheet DADOS that begins with it; the shortest, where the others only add a suffix to it",
    ),
    Rule("supplier_missing", Action.REPAIR, "No supplier", "Supplier `UNKNOWN`"),
    Rule("requisition_missing", Action.REPAIR, "No requisition number", "`ROW` and the row number"),
    Rule("request_date_missing", Action.REPAIR, "A purchase date and no request date", "Requested when purchased"),
    Rule(
        "order_date_implausible",
        Action.REPAIR,
        "A purchase more than 365 days before its request: a mistyped year",
        "No purchase date; shorter gaps are purchases after the fact and stay as they are",
    ),
    Rule(
        "material_repeated",
        Action.MERGE,
        "A material line equal to an earlier one in every cell",
        "Merged into the first. Equal service lines are kept: freights and services do recur within a requisition",
    ),
    Rule("dates_missing", Action.REJECT, "Neither a request nor a purchase date", "Cannot be placed in time"),
    Rule("date_unreadable", Action.REJECT, "A request or purchase date that is no date", "Cannot be placed in time"),
    Rule("date_out_of_range", Action.REJECT, "A request before 2019 or in the future", "Cannot be placed in time"),
    Rule("quantity_invalid", Action.REJECT, "A quantity missing, unreadable, zero or negative", "No demand to count"),
    Rule("item_missing", Action.REJECT, "No item code", "Nothing to count it under"),
    Rule("unit_unknown", Action.REJECT, "No unit, on this line or any other of its item", "Nothing to count it in"),
)

CODES = {rule.code: rule for rule in RULES}
