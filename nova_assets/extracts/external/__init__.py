"""Public data: interest, exchange rate, prices and weather, one module per source.

Each module holds a parser (bytes to readings, no network) and a thin client that asks for the days of a window.
"""
