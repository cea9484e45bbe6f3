"""The lines that a long computation writes."""

from __future__ import annotations

from nova_assets.forecasting.progress import ProgressLog, part_of


class Clock:
    """Seconds that a test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def lines_of(steps: list[tuple[float, int, int]]) -> list[str]:
    """What is written when at each of these seconds so many series of so many are done."""
    lines: list[str] = []
    clock = Clock()
    log = ProgressLog("auto_arima", lines.append, every=30, clock=clock)
    for seconds, done, total in steps:
        clock.now = 100 + seconds
        log(done, total)
    return lines


def test_a_line_says_what_is_done_and_about_how_long_the_rest_takes() -> None:
    assert lines_of([(0, 0, 5000), (60, 1200, 5000)]) == ["auto_arima: 1,200 of 5,000 series, about 3 min left"]
    assert lines_of([(0, 0, 5000), (60, 4000, 5000)]) == ["auto_arima: 4,000 of 5,000 series, about 15 s left"]
    assert lines_of([(0, 0, 5000), (600, 500, 5000)]) == ["auto_arima: 500 of 5,000 series, about 1 h 30 min left"]


def test_lines_come_no_more_often_than_asked_for() -> None:
    lines = lines_of([(second, second, 1000) for second in range(1, 100)])
    assert [line.split()[1] for line in lines] == ["30", "60", "90"]


def test_the_time_before_the_first_report_says_nothing_about_the_pace() -> None:
    assert lines_of([(40, 16, 1016), (80, 516, 1016)]) == ["auto_arima: 516 of 1,016 series, about 40 s left"]


def test_what_is_quickly_done_writes_nothing() -> None:
    assert lines_of([(1, 500, 1000), (29, 999, 1000), (31, 1000, 1000)]) == []


def test_the_progress_of_a_part_counts_for_the_whole() -> None:
    told: list[tuple[int, int]] = []
    on_part = part_of(lambda done, total: told.append((done, total)), before=5000, whole=12000)
    on_part(10, 5000)
    on_part(5000, 5000)
    assert told == [(5010, 12000), (10000, 12000)]
