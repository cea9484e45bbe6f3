"""Histories of what was written and what was answered, and the promises of freshness as checks of them.

Each row that is written holds the version of its dataset, so that an answer tells twice which state it shows: by its
rows and by the versions that it names.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Commit:
    """A transaction that published datasets.

    Attributes:
        versions: version of each dataset in it.
        done: when the writer knew that it was committed, on the clock of `time.monotonic`.
    """

    versions: Mapping[str, int]
    done: float


@dataclass(frozen=True)
class Answer:
    """What a worker answered.

    Attributes:
        asked, answered: when, on the clock of `time.monotonic`.
        source: `X-Cache`.
        versions: of `X-Data-Version`.
        rows: the version that the rows show, for each dataset they come from; nothing of a 304.
        body: what came; None of a 304.
    """

    worker: int
    address: str
    asked: float
    answered: float
    status: int
    source: str | None
    tag: str | None
    versions: Mapping[str, int]
    rows: Mapping[str, int]
    body: bytes | None


@dataclass
class History:
    """What happened in one run, each list in the order of its writers.

    Attributes:
        closed: spans in which the way from PostgreSQL to a worker was cut.
        starved: moments in which the machine let a waiting thread wait longer than asked, with by how many seconds.
    """

    commits: list[Commit] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    closed: list[tuple[float, float]] = field(default_factory=list)
    starved: list[tuple[float, float]] = field(default_factory=list)

    def starvation(self, first: float, last: float) -> float:
        """Seconds of a span in which nobody could have done anything."""
        return sum(seconds for at, seconds in self.starved if first <= at <= last + seconds)


def failures(history: History) -> Iterator[str]:
    """Answers that are none."""
    for answer in history.answers:
        if answer.status not in (200, 304):
            yield f"{answer.status}: {answer}"


def rows_of_other_versions(history: History) -> Iterator[str]:
    """Answers whose rows show another version than the one that they name."""
    for answer in history.answers:
        if any(answer.versions[dataset] != shown for dataset, shown in answer.rows.items()):
            yield f"rows {answer.rows} under {answer.versions}: {answer}"


def halves_of_transactions(history: History) -> Iterator[str]:
    """Answers that show one dataset of a transaction and another one before it."""
    states = {(answer.address, tuple(sorted(answer.versions.items()))): answer for answer in history.answers}
    for answer in states.values():
        for commit in history.commits:
            common = commit.versions.keys() & answer.versions.keys()
            if len({answer.versions[dataset] >= commit.versions[dataset] for dataset in common}) > 1:
                yield f"half of {commit}: {answer}"


def tags_of_two_bodies(history: History) -> Iterator[str]:
    """Entity tags that named two answers."""
    bodies: dict[tuple[str, str | None], bytes] = {}
    for answer in history.answers:
        if answer.body is not None and bodies.setdefault((answer.address, answer.tag), answer.body) != answer.body:
            yield f"{answer.tag} named another body before: {answer}"


def steps_back(history: History) -> Iterator[str]:
    """Answers of an earlier state than one that the same worker had given before they were asked for."""
    series: defaultdict[tuple[int, str], list[Answer]] = defaultdict(list)
    for answer in history.answers:
        series[answer.worker, answer.address].append(answer)
    for answers in series.values():
        given = sorted(answers, key=lambda answer: answer.answered)
        times = [answer.answered for answer in given]
        newest = list(itertools.accumulate((answer.versions for answer in given), _newest))
        for answer in answers:
            before = bisect_left(times, answer.asked)
            if before and any(answer.versions[dataset] < version for dataset, version in newest[before - 1].items()):
                yield f"{newest[before - 1]} had been given before: {answer}"


def late_versions(history: History, bound: float) -> Iterator[str]:
    """Answers without a version that had been committed for longer than `bound` seconds when they were asked for."""
    for dataset in sorted({dataset for commit in history.commits for dataset in commit.versions}):
        commits = sorted(
            (commit for commit in history.commits if dataset in commit.versions), key=lambda one: one.versions[dataset]
        )
        for answer in history.answers:
            if dataset not in answer.versions:
                continue
            newer = bisect_left(commits, answer.versions[dataset] + 1, key=lambda one: one.versions[dataset])
            missed = commits[newer:]
            for commit in missed:
                late = answer.asked - commit.done
                if late > bound + history.starvation(commit.done, answer.asked):
                    yield f"{late:.2f} s after {commit}: {answer}"


def stale_without_need(history: History, bound: float) -> Iterator[str]:
    """Answers marked stale though the way had been open again for longer than `bound` seconds."""
    for answer in history.answers:
        cut = max((end for start, end in history.closed if start <= answer.answered), default=float("-inf"))
        if answer.source == "stale" and answer.asked > cut + bound + history.starvation(cut, answer.asked):
            yield f"{answer.asked - cut:.2f} s after the last cut: {answer}"


def worst_delay(history: History) -> float:
    """Longest time, in seconds, from a commit to the last question answered without it."""
    return max(
        (
            answer.asked - commit.done
            for commit in history.commits
            for answer in history.answers
            if any(answer.versions.get(dataset, version) < version for dataset, version in commit.versions.items())
        ),
        default=0.0,
    )


def _newest(one: Mapping[str, int], other: Mapping[str, int]) -> Mapping[str, int]:
    return {dataset: max(version, other[dataset]) for dataset, version in one.items()}


def violations(history: History, bound: float) -> Sequence[str]:
    """All that breaks a promise, worst first."""
    return [
        *failures(history),
        *rows_of_other_versions(history),
        *halves_of_transactions(history),
        *tags_of_two_bodies(history),
        *steps_back(history),
        *late_versions(history, bound),
        *stale_without_need(history, bound),
    ]
