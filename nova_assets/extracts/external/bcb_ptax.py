"""Banco Central, PTAX: reais per US dollar, bought and sold, by the closing bulletin of each business day.

Several bulletins come out a day; only the closing one is the PTAX of contracts. A day without one has no value yet.
https://olinda.bcb.gov.br/olinda/servico/PTAX/versao/v1/documentacao
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import msgspec

from nova_assets.extracts.external.readings import (
    USD_BRL_BUY,
    USD_BRL_SELL,
    ChangedAnswerError,
    Reading,
    chunks,
    decode,
    parse_day,
    reading,
)
from nova_assets.extracts.external.regions import NATIONAL
from nova_assets.partitions import Window
from nova_assets.resources.http import Http

SOURCE = "Banco Central PTAX"
ORIGIN = "https://olinda.bcb.gov.br"
PATH = (
    "/olinda/servico/PTAX/versao/v1/odata/"
    "CotacaoMoedaPeriodo(moeda=@moeda,dataInicial=@dataInicial,dataFinalCotacao=@dataFinalCotacao)"
)
DAYS_AT_ONCE = 366
CLOSING = "Fechamento"
BULLETINS = ("Abertura", "Intermediário", CLOSING)


class Bulletin(msgspec.Struct, rename="camel"):
    cotacao_compra: Decimal
    cotacao_venda: Decimal
    data_hora_cotacao: Annotated[str, msgspec.Meta(min_length=19)]
    tipo_boletim: str


class Answer(msgspec.Struct):
    value: list[Bulletin]


def read(http: Http, window: Window) -> list[Reading]:
    """Closing rates of the window's business days.

    Raises:
        ChangedAnswerError: the answer has another form.
        SourceUnreachableError, RequestRefusedError, AnswerTooLargeError: as `Http.get`.
    """
    found = []
    for part in chunks(window, DAYS_AT_ONCE):
        # OData wants its own signs bare, so the query is not left to a form encoder.
        query = (
            f"@moeda='USD'&@dataInicial='{part.first:%m-%d-%Y}'&@dataFinalCotacao='{part.last:%m-%d-%Y}'&$format=json"
        )
        found += parse(http.get(f"{ORIGIN}{PATH}?{query}"))
    return [one for one in found if one.date in window]


def parse(body: bytes) -> list[Reading]:
    """Readings of an answer: of each day the latest closing bulletin, bought and sold."""
    closing: dict[str, tuple[int, Bulletin]] = {}
    for n, bulletin in enumerate(decode(SOURCE, body, Answer).value):
        if bulletin.tipo_boletim not in BULLETINS:
            expected = f"one of {', '.join(BULLETINS)}"
            raise ChangedAnswerError(SOURCE, f"$.value[{n}].tipoBoletim", bulletin.tipo_boletim, expected)
        day = bulletin.data_hora_cotacao[:10]
        if bulletin.tipo_boletim == CLOSING and (
            day not in closing or closing[day][1].data_hora_cotacao < bulletin.data_hora_cotacao
        ):
            closing[day] = n, bulletin
    return [one for n, bulletin in closing.values() for one in _rates(n, bulletin)]


def _rates(n: int, bulletin: Bulletin) -> tuple[Reading, Reading]:
    place = f"$.value[{n}]"
    day = parse_day(SOURCE, f"{place}.dataHoraCotacao", bulletin.data_hora_cotacao[:10], "%Y-%m-%d")
    return (
        reading(SOURCE, f"{place}.cotacaoCompra", USD_BRL_BUY, NATIONAL, day, bulletin.cotacao_compra),
        reading(SOURCE, f"{place}.cotacaoVenda", USD_BRL_SELL, NATIONAL, day, bulletin.cotacao_venda),
    )
