"""What waits to be written: never more than the bound, in order, with its losses counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from nova_api.audit.backlog import Backlog, Loss

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def filled(bound: int, entries: int) -> Backlog[int]:
    backlog: Backlog[int] = Backlog(bound)
    for number in range(entries):
        backlog.add(number, NOON + number * SECOND)
    return backlog


def test_what_came_first_is_taken_first_and_never_more_than_asked_for():
    backlog = filled(10, 5)
    assert [backlog.take(2), backlog.take(2), backlog.take(2), backlog.take(2)] == [[0, 1], [2, 3], [4], []]
    assert backlog.take_loss() is None


def test_what_finds_no_room_is_counted_with_its_first_and_last_instant():
    backlog = filled(3, 7)
    assert len(backlog) == 3
    assert backlog.take_loss() == Loss(4, NOON + 3 * SECOND, NOON + 6 * SECOND)
    assert backlog.take_loss() is None, "it is told once"
    assert not backlog.add(9, NOON)
    assert backlog.take(9) == [0, 1, 2]


def test_what_could_not_be_written_waits_again_before_the_others():
    backlog = filled(4, 4)
    taken = backlog.take(3)
    backlog.add(4, NOON)
    backlog.put_back(taken)
    assert backlog.take(9) == [0, 1, 2, 3, 4]


def test_a_loss_that_could_not_be_told_is_told_with_the_next():
    backlog = filled(1, 3)
    loss = backlog.take_loss()
    assert loss is not None
    backlog.lose(1, NOON + 9 * SECOND, NOON + 9 * SECOND)
    backlog.lose(loss.count, loss.first_at, loss.last_at)
    assert backlog.take_loss() == Loss(3, NOON + SECOND, NOON + 9 * SECOND)
