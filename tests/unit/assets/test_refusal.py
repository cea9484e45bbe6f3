"""A stage of the forecasting location that refuses its input says why, and what to do."""

from datetime import UTC, datetime, timedelta

import dagster as dg

from nova_assets.materialize import refusal_since


@dg.asset
def refused() -> None:
    raise dg.Failure("The ensemble is refused; make its origins again.")


@dg.asset
def broken() -> None:
    raise ZeroDivisionError("a mistake of ours")


def test_the_reason_of_a_refusal_is_what_the_run_said_and_a_mistake_has_none():
    with dg.DagsterInstance.ephemeral() as instance:
        before = datetime.now(UTC) - timedelta(seconds=1)
        dg.materialize([broken], instance=instance, raise_on_error=False)
        assert refusal_since(instance, before) is None
        run = dg.materialize([refused], instance=instance, raise_on_error=False)
        assert (
            refusal_since(instance, before) == f" (run {run.run_id}): The ensemble is refused; make its origins again."
        )
        assert refusal_since(instance, datetime.now(UTC) + timedelta(hours=1)) is None
