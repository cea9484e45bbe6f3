"""How the network is built and trained."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class NetworkSettings:
    """All that was chosen by hand.

    Attributes:
        window: weeks that the network sees before an origin.
        units: cells of the LSTM layer.
        steps: steps of the optimizer.
        batch: examples per step.
        learning_rate: of Adam at the first step; falls to zero along a half cosine (Loshchilov & Hutter 2017).
        seed: of weights and examples; equal demand gives equal means.
    """

    window: int = 52
    units: int = 32
    steps: int = 400
    batch: int = 256
    learning_rate: float = 0.005
    seed: int = 19970101
