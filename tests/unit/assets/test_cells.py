from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nova_assets.extracts.workbook import cells
from nova_assets.extracts.workbook.sheets import cell_text


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_a_day_is_the_same_as_a_date_cell_and_typed_as_text(day: date):
    assert cells.day(cell_text(day)).value == day
    typed = cells.day(f"{day:%d/%m/%Y}")
    assert (typed.value, typed.repairs) == (day, ("text_date",))


@given(st.decimals(Decimal("0.0001"), Decimal("9999999"), places=4))
def test_a_quantity_is_the_same_as_a_number_cell_and_typed_the_brazilian_way(number: Decimal):
    brazilian = f"{number:,.4f}".translate(str.maketrans(",.", ".,"))
    assert cells.quantity(f"{number}").value == number
    typed = cells.quantity(brazilian)
    assert (typed.value, typed.repairs) == (number, ("text_number",))


@given(st.text())
def test_text_never_has_blanks_to_trim_and_is_stable(text: str):
    parsed = cells.text(text)
    if parsed.value is not None:
        assert parsed.value == " ".join(parsed.value.split())
        assert cells.text(parsed.value) == cells.Parsed(parsed.value)


@given(st.text(min_size=1))
def test_a_cell_is_a_day_or_empty_or_an_error_that_shows_it(text: str):
    outcome: str | date | None
    try:
        outcome = cells.day(text).value
    except cells.UnreadableError as error:
        outcome = str(error)
    if isinstance(outcome, str):
        assert repr(" ".join(text.split())) in outcome


@pytest.mark.parametrize("word", ["N/A", "n/a", " N/A ", "-", "#N/D"])
def test_words_for_nothing_are_read_as_empty(word: str):
    parsed = cells.text(word)
    assert parsed.value is None
    assert "empty_words" in parsed.repairs


@pytest.mark.parametrize(("spelling", "unit"), [("MT", "M"), ("m²", "M2"), ("M³", "M3"), ("UN", "UN"), ("pç ", "PC")])
def test_a_unit_has_one_spelling(spelling: str, unit: str):
    assert cells.unit(spelling).value == unit


@pytest.mark.parametrize("cell", ["31/02/2025", "soon", "2025-13-01"])
def test_what_is_no_date_is_refused(cell: str):
    with pytest.raises(cells.UnreadableError, match="not a date"):
        cells.day(cell)


@pytest.mark.parametrize(("cell", "text"), [(10.0, "10"), (0.42, "0.42"), (True, "TRUE"), ("", None), (" x ", " x ")])
def test_cells_become_text_without_losing_what_they_hold(cell, text):
    assert cell_text(cell) == text
