"""The circuit breaker opens after failures in a row and lets one caller try after a pause."""

from __future__ import annotations

from nova_api.cache.breaker import Breaker


def test_it_opens_at_the_threshold_and_lets_one_caller_try_after_each_pause():
    clock = [0.0]
    breaker = Breaker(threshold=2, pause=5, monotonic=lambda: clock[0])
    assert breaker.allows()
    assert not breaker.failed()
    assert breaker.failed(), "the second failure opens it"
    assert not breaker.allows()
    clock[0] = 5
    assert breaker.allows(), "one caller may try"
    assert not breaker.allows(), "the others wait"
    assert breaker.succeeded(), "it was open until now"
    assert breaker.allows()


def test_a_success_forgets_the_failures_before_it():
    breaker = Breaker(threshold=2, pause=5, monotonic=lambda: 0.0)
    breaker.failed()
    breaker.succeeded()
    breaker.failed()
    assert breaker.allows()
