"""The HTTP client against a real server that is slow, broken, busy or too generous."""

from __future__ import annotations

import gzip
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from nova_assets.extracts.external import bcb_sgs
from nova_assets.resources.http import AnswerTooLargeError, RequestRefusedError, SourceUnreachableError
from tests.support.public_server import Reply, in_turn, serve

URL = bcb_sgs.ORIGIN + "/answer"
GOOD = Reply(b"[1, 2, 3]")


def test_an_answer_comes_with_the_query_and_the_name_of_who_asks():
    with serve(in_turn(GOOD)) as server:
        assert server.http().get(URL, {"formato": "json"}) == GOOD.body
    (request,) = server.requests
    assert request.query == {"formato": "json"}
    assert "nova-corrente" in request.headers["User-Agent"]


@pytest.mark.parametrize("trouble", [Reply(status=503), Reply(status=500), Reply(GOOD.body, cut_at=4)])
def test_trouble_that_passes_is_waited_out(trouble: Reply):
    with serve(in_turn(trouble, trouble, GOOD)) as server:
        assert server.http().get(URL) == GOOD.body
    assert len(server.requests) == 3


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_busy_server_is_asked_again_after_the_time_that_it_names(form: str):
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    busy = Reply(status=429, headers={"Retry-After": "1" if form == "seconds" else until})
    with serve(in_turn(busy, GOOD)) as server:
        assert server.http().get(URL) == GOOD.body
    assert server.instants[1] - server.instants[0] >= 0.9


def test_a_server_that_asks_for_more_patience_than_there_is_counts_as_unreachable_at_once():
    with serve(in_turn(Reply(status=429, headers={"Retry-After": "3600"}), GOOD)) as server:
        started = time.monotonic()
        with pytest.raises(SourceUnreachableError, match="status 429"):
            server.http().get(URL)
    assert time.monotonic() - started < 10
    assert len(server.requests) == 1


def test_a_server_that_stays_in_trouble_is_given_up_after_all_attempts():
    with (
        serve(in_turn(Reply(status=502))) as server,
        pytest.raises(SourceUnreachableError, match=r"api\.bcb\.gov\.br/answer cannot be reached: status 502"),
    ):
        server.http(attempts=3).get(URL)
    assert len(server.requests) == 3


def test_a_server_that_does_not_answer_in_time_is_given_up():
    with (
        serve(in_turn(Reply(b"late", delay=0.5))) as server,
        pytest.raises(SourceUnreachableError, match=r"timed out|[Tt]imeout"),
    ):
        server.http(attempts=2, read_seconds=0.1).get(URL)
    assert len(server.requests) == 2


def test_an_answer_that_drips_is_given_up_even_though_each_drop_is_in_time():
    with (
        serve(in_turn(Reply(b"x" * 3_000_000))) as server,
        pytest.raises(SourceUnreachableError, match="took more than"),
    ):
        server.http(attempts=1, whole_answer_seconds=0.0).get(URL)


def test_nobody_there_is_unreachable():
    with serve(in_turn(GOOD)) as server:
        http = server.http(attempts=2)
    with pytest.raises(SourceUnreachableError):
        http.get(URL)


def test_a_refusal_is_not_repeated_and_shows_its_reason_but_not_the_query():
    with (
        serve(in_turn(Reply(b'{"reason": "end_date out of range"}', 400))) as server,
        pytest.raises(RequestRefusedError, match=r"status 400: .*end_date out of range") as refused,
    ):
        server.http().get(URL, {"apikey": "secret"})
    assert len(server.requests) == 1
    assert refused.value.status == 400
    assert "secret" not in str(refused.value)


def test_an_answer_too_large_is_refused_also_when_it_was_small_before_decompression():
    bomb = Reply(gzip.compress(b"0" * 1_000_000), headers={"Content-Encoding": "gzip"})
    for reply in (Reply(b"0" * 1_000_000), bomb):
        with serve(in_turn(reply)) as server, pytest.raises(AnswerTooLargeError, match=r"more than 100,000 bytes"):
            server.http(max_bytes=100_000).get(URL)
        assert len(server.requests) == 1


def test_a_file_is_written_whole_after_an_attempt_that_broke_off(tmp_path: Path):
    content = bytes(range(256)) * 4000
    with serve(in_turn(Reply(content, cut_at=500_000), Reply(content))) as server:
        server.http().save(URL, tmp_path / "file", max_bytes=2_000_000)
    assert (tmp_path / "file").read_bytes() == content


def test_requests_to_one_host_keep_their_distance():
    with serve(in_turn(GOOD)) as server:
        http = server.http(requests_per_second=10.0)
        # Measured where requests start: the server is told of the first one late, when its connection opens slowly.
        began = time.monotonic()
        for _ in range(3):
            http.get(URL)
        took = time.monotonic() - began
    assert len(server.instants) == 3
    assert took >= 0.2
