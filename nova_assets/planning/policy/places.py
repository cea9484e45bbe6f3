"""How an item's demand, and the stock against it, is split over the places that hold it.

Each request of an item meets one of its places, place k with the chance p. Given the demand D of all places and the
mean size z̄ of a request, the D ÷ z̄ requests are thinned (Steutel & van Harn 1979, Annals of Probability 7(5)): the part
of place k has the expected value p·D and the variance p·(1−p)·z̄·D. With E[D] = m and Var[D] = v, by the law of total
variance,

    m_k = p·m        v_k = p²·v + p·(1−p)·z̄·m

With z̄ = 1 and a negative binomial D that is its binomial thinning, which is negative binomial again (Johnson, Kemp &
Kotz 2005, Univariate Discrete Distributions, chapter 5). What is common to all places, such as the lead time, stays
common. Expected demands add up to m. z̄ is taken as v ÷ m at most, as independent requests of that size would have it:
then v_k = p·v, the most that the place's part can scatter.

The place's distribution is taken to have the shape of the whole: its quantiles lie √(v_k ÷ v) times as far from its
mean. A single place has all; safety stocks of several places add up to more than that of all together, since what one
place has left does not help another.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nova_assets.planning.policy.policies import Policy
from nova_assets.quantiles import Floats


@dataclass(frozen=True)
class Places:
    """The places that hold items, a place of an item per row.

    Attributes:
        item: row of its item.
        share: part of the item's issues that left from there, 0 … 1; those of an item sum to one.
    """

    item: NDArray[np.int64]
    share: Floats


def scatter(share: Floats, mean: Floats, variance: Floats, request_size: Floats) -> Floats:
    """√(v_k ÷ v): how far a place's quantiles lie from its mean, relative to those of all places; share … √share."""
    by_chance = np.divide(request_size * mean, variance, out=np.ones_like(mean), where=variance > 0)
    return np.sqrt(share * share + share * (1.0 - share) * np.minimum(by_chance, 1.0))


def place_policy(policy: Policy, places: Places, variance: Floats, request_size: Floats) -> Policy:
    """What each place holds, when all of an item is ordered by `policy`: a place of an item per row.

    Its order quantity is its part of the item's, no lot: nothing is bought for a place alone.

    Args:
        policy: of the items.
        variance: of the items' demand over lead time and review period.
        request_size: mean quantity of a request of each item.
    """
    of, share = places.item, places.share
    mean = share * policy.mean[of]
    safety = policy.safety_stock[of] * scatter(share, policy.mean[of], variance[of], request_size[of])
    return Policy(
        target_service=policy.target_service[of],
        mean=mean,
        reorder_point=np.maximum(mean + safety, 0.0),
        order_quantity=share * policy.order_quantity[of],
    )
