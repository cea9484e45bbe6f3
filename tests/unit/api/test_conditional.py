"""Entity tags and content codings as RFC 9110 has them."""

from __future__ import annotations

import pytest

from nova_api.http.conditional import accepts_gzip, matching_tag


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("", False),
        ("gzip", True),
        ("GZIP", True),
        ("br;q=1.0, gzip;q=0.8, *;q=0.1", True),
        ("gzip;q=0", False),
        ("gzip;q=0.000, *", False),
        ("*", True),
        ("*;q=0", False),
        ("identity", False),
        ("gzip;q=not-a-weight", False),
        ("gzip;q=1.2.3", False),
    ],
)
def test_gzip_is_used_when_and_only_when_the_client_takes_it(header, accepted):
    assert accepts_gzip(header) is accepted


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("", None),
        ('"abc"', '"abc"'),
        ('W/"abc"', '"abc"'),
        ('"x", "abc-gzip"', '"abc-gzip"'),
        ('"abcd"', None),
        ("abc", None),
        ("*", None),
    ],
)
def test_a_held_tag_is_found_in_either_encoding(header, expected):
    assert matching_tag(header, "abc") == expected
