"""One recurrent network for all items, by Keras on JAX.

LSTM: Hochreiter & Schmidhuber (1997), Neural Computation 9(8). Trained over many series at once, each in units of its
own mean, as in Salinas, Flunkert, Gasthaus & Januschowski (2020), International Journal of Forecasting 36(3).
"""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from nova_assets.forecasting.lstm.examples import CHANNELS, Floats, Series, drawn_origins, examples
from nova_assets.forecasting.lstm.settings import NetworkSettings

LEAST_RATIO = 1e-4
"""Smallest expected demand in units of the item's mean: the loss takes its logarithm."""


def expected_demand(learned: Series, asked: Series, horizon: int, settings: NetworkSettings) -> Floats:
    """Expected demand of the `horizon` weeks after the last one, shape (items of `asked`, horizon), item's unit.

    Args:
        learned: what the network is trained on.
        asked: what it then forecasts.
    """
    keras.utils.set_random_seed(settings.seed)
    network = _trained(learned, horizon, settings)
    everything = np.arange(len(asked.demand))
    now = examples(asked, everything, np.full(len(everything), asked.width), settings.window, horizon)
    ratio = np.asarray(network.predict(now.seen, batch_size=settings.batch, verbose=0), dtype=np.float64)
    return ratio * now.mean[:, None]


def _trained(learned: Series, horizon: int, settings: NetworkSettings) -> keras.Model:
    network = keras.Sequential(
        [
            layers.Input((settings.window, CHANNELS)),
            layers.LSTM(settings.units),
            # Starts from the item's own mean: softplus(log(e - 1)) = 1.
            layers.Dense(horizon, "softplus", bias_initializer=keras.initializers.Constant(math.log(math.e - 1))),
        ]
    )
    rate = keras.optimizers.schedules.CosineDecay(settings.learning_rate, settings.steps)
    network.compile(keras.optimizers.Adam(rate, clipnorm=1.0), loss=_poisson_deviance)
    rows, cuts = drawn_origins(learned, settings.steps * settings.batch, np.random.default_rng(settings.seed))
    drawn = examples(learned, rows, cuts, settings.window, horizon)
    network.fit(drawn.seen, drawn.following, batch_size=settings.batch, shuffle=False, verbose=0)
    return network


def _poisson_deviance(actual: Any, expected: Any) -> Any:
    """m − y·log m over the known weeks: least where m is the mean, whatever the distribution (Gourieroux, Monfort &
    Trognon 1984), and less moved by a few huge orders than squared error.
    """
    known = ops.logical_not(ops.isnan(actual))
    mean: Any = ops.maximum(expected, LEAST_RATIO)
    demand: Any = ops.where(known, actual, 0.0)
    loss: Any = ops.sum(ops.where(known, mean - demand * ops.log(mean), 0.0), axis=-1)
    weeks: Any = ops.sum(ops.cast(known, "float32"), axis=-1)
    return loss / ops.maximum(weeks, 1.0)
