"""Banco Central, time series system (SGS), series 432: the SELIC target set by the Copom, in force on each day.

https://dadosabertos.bcb.gov.br/dataset/432-taxa-de-juros---meta-selic-definida-pelo-copom
"""

from __future__ import annotations

import msgspec

from nova_assets.extracts.external.readings import SELIC_TARGET, Reading, chunks, decode, parse_day, reading
from nova_assets.extracts.external.regions import NATIONAL
from nova_assets.partitions import Window
from nova_assets.resources.http import Http, RequestRefusedError

SOURCE = "Banco Central SGS 432"
ORIGIN = "https://api.bcb.gov.br"
PATH = "/dados/serie/bcdata.sgs.432/dados"
# The API refuses more than ten years of a daily series at once.
DAYS_AT_ONCE = 3650
NOTHING_FOUND = "Value(s) not found"


class Point(msgspec.Struct):
    data: str
    valor: str


def read(http: Http, window: Window) -> list[Reading]:
    """The target on each day of the window; days to come have none.

    Raises:
        ChangedAnswerError: the answer has another form.
        SourceUnreachableError, RequestRefusedError, AnswerTooLargeError: as `Http.get`.
    """
    found = []
    for part in chunks(window, DAYS_AT_ONCE):
        params = {
            "formato": "json",
            "dataInicial": f"{part.first:%d/%m/%Y}",
            "dataFinal": f"{part.last:%d/%m/%Y}",
        }
        try:
            found += parse(http.get(ORIGIN + PATH, params))
        except RequestRefusedError as error:
            # Days without a value are answered as if the address did not exist.
            if error.status != 404 or NOTHING_FOUND not in error.body:
                raise
    return [one for one in found if one.date in window]


def parse(body: bytes) -> list[Reading]:
    """Readings of an answer: a list of `{"data": "dd/mm/yyyy", "valor": "11.75"}`."""
    return [
        reading(
            SOURCE,
            f"$[{n}].valor",
            SELIC_TARGET,
            NATIONAL,
            parse_day(SOURCE, f"$[{n}].data", point.data, "%d/%m/%Y"),
            point.valor,
        )
        for n, point in enumerate(decode(SOURCE, body, list[Point]))
    ]
