"""IBGE, SIDRA table 1737, variable 63: the monthly change of consumer prices (IPCA) in Brazil.

A month's value comes out about ten days after the month ends; here it stands on the month's first day.
https://apisidra.ibge.gov.br/
"""

from __future__ import annotations

import msgspec

from nova_assets.extracts.external.readings import IPCA_MONTHLY, ChangedAnswerError, Reading, decode, parse_day, reading
from nova_assets.extracts.external.regions import NATIONAL
from nova_assets.partitions import Window
from nova_assets.resources.http import Http

SOURCE = "IBGE SIDRA 1737"
ORIGIN = "https://apisidra.ibge.gov.br"
PATH = "/values/t/1737/n1/all/v/63/p/all"
VARIABLE, MONTH_CODE = "Variável (Código)", "Mês (Código)"
# SIDRA's signs for "not available", "confidential" and "does not apply".
NO_VALUE = ("...", "..", "-", "X")


class Line(msgspec.Struct):
    """A line of SIDRA's table: V the value, MN its unit, D2C the variable, D3C the month (yyyymm)."""

    V: str
    MN: str
    D2C: str
    D3C: str


def read(http: Http, window: Window) -> list[Reading]:
    """The months whose first day lies in the window.

    Raises:
        ChangedAnswerError: the answer has another form.
        SourceUnreachableError, RequestRefusedError, AnswerTooLargeError: as `Http.get`.
    """
    return [one for one in parse(http.get(ORIGIN + PATH)) if one.date in window]


def parse(body: bytes) -> list[Reading]:
    """Readings of an answer, whose first line names the columns and holds no value."""
    lines = decode(SOURCE, body, list[Line])
    if not lines or (lines[0].D2C, lines[0].D3C) != (VARIABLE, MONTH_CODE):
        raise ChangedAnswerError(SOURCE, "$[0]", lines[:1], f"a header with D2C “{VARIABLE}” and D3C “{MONTH_CODE}”")
    return [_reading(n, line) for n, line in enumerate(lines) if n and line.V not in NO_VALUE]


def _reading(n: int, line: Line) -> Reading:
    for field, found, known in (("D2C", line.D2C, "63"), ("MN", line.MN, IPCA_MONTHLY.unit)):
        if found != known:
            raise ChangedAnswerError(SOURCE, f"$[{n}].{field}", found, known)
    month = parse_day(SOURCE, f"$[{n}].D3C", line.D3C, "%Y%m")
    return reading(SOURCE, f"$[{n}].V", IPCA_MONTHLY, NATIONAL, month, line.V)
