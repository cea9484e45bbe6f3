"""Rain and wind of each region: what breaks towers."""

from __future__ import annotations

import math

import numpy as np

from nova_local.erp.today import Today

MEMORY = 0.75  # of yesterday's weather
HARM = 0.6  # how strongly weather breaks things: log of the failure rate per standard deviation
SEASON = 0.35  # swing of the failure rate over the year
WETTEST = 120  # day of the year


def blow(today: Today) -> np.ndarray:
    """Make today's weather and write it to the truth. Returns the factor of the failure rate by region; over a year
    its expectation is 1."""
    state, rng = today.state, today.rng
    regions = len(state.wet)
    state.wet = MEMORY * state.wet + math.sqrt(1 - MEMORY**2) * rng.standard_normal(regions)
    phase = 2 * math.pi * (today.number - WETTEST) / 365.25
    season = 1 + SEASON * math.cos(phase)
    factor = np.exp(HARM * state.wet - HARM**2 / 2) * season
    rain = np.maximum(0, np.exp(1.1 * state.wet) * 3.5 * season - 3)
    today.insert(
        "weather",
        {
            "region": np.arange(regions),
            "day": np.full(regions, today.number),
            "rain": np.round(rain, 1),
            "wind": np.round(18 + 9 * np.abs(state.wet) + rng.gamma(2, 3, regions), 1),
            "factor": factor,
        },
    )
    return factor
