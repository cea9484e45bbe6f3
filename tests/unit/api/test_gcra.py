"""The arithmetic of rates against a bucket that is filled and emptied plainly."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from nova_api.rates.gcra import Draw, Rate, draw
from tests.support.token_bucket import Bucket

rates = st.builds(Rate, st.just("account"), st.integers(1, 10**7), st.integers(1, 1000))
requests = st.lists(st.tuples(st.integers(0, 10**8), st.integers(1, 50)), max_size=40)


@given(rates, requests)
def test_it_grants_what_a_bucket_of_tokens_holds_and_says_when_it_holds_one(rate, asked):
    bucket, full_at, now = Bucket(rate.interval, rate.burst), 0, 1_700_000_000_000_000
    for pause, wanted in asked:
        now += pause
        drawn, full_at = draw(rate, full_at, now, wanted)
        assert (drawn.granted, drawn.wait) == bucket.take(now, wanted)


@given(rates, requests)
def test_in_no_time_more_than_a_burst_and_what_the_time_gains_is_granted(rate, asked):
    full_at, now, granted = 0, 0, []
    for pause, wanted in asked:
        now += pause
        drawn, full_at = draw(rate, full_at, now, wanted)
        granted.append((now, drawn.granted))
    for first, (begin, _) in enumerate(granted):
        total = 0
        for end, tokens in granted[first:]:
            total += tokens
            assert total <= rate.burst + Fraction(end - begin, rate.interval)


@given(rates, st.integers(1, 16))
def test_the_shares_of_processes_are_no_more_than_the_whole(rate, parts):
    share = rate.share(parts)
    assert Fraction(parts, share.interval) == Fraction(1, rate.interval)
    assert share.burst * parts <= max(rate.burst, parts)


def test_a_rate_of_a_second_is_told_in_microseconds():
    rate = Rate.per_second("account", 200, 2000)
    assert (rate.interval, rate.seconds_to_fill) == (5000, 10)
    assert draw(rate, 0, 0, 10**9) == (Draw(2000, 0), 10_000_000)
    assert draw(rate, 10_000_000, 4_000, 1) == (Draw(0, 1_000), 10_000_000)
