"""Keys and entity tags: the same for the same question, different for different ones."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nova_api.cache.keys import canonical_key, entity_tag
from nova_api.listings.request import ListingRequest, Selection

FILTERS = st.fixed_dictionaries(
    {}, optional={"q": st.text(max_size=5), "family": st.text(max_size=5), "is_service": st.booleans()}
)
SELECTIONS = st.builds(
    Selection, operation=st.just("listItems"), filters=FILTERS, sort=st.sampled_from(["item_id", "-item_id"])
)
REQUESTS = st.builds(
    ListingRequest,
    selection=SELECTIONS,
    limit=st.integers(1, 200),
    fields=st.sampled_from([(), ("item_id",), ("item_name", "item_id")]),
    shape=st.sampled_from(["rows", "columns"]),
    after=st.none(),
)
VERSIONS = st.dictionaries(st.sampled_from(["core.dim_item", "core.dim_site"]), st.integers(0, 9))


@given(one=REQUESTS, other=REQUESTS)
def test_requests_share_a_key_exactly_when_they_are_equal(one, other):
    keys = [canonical_key("r", "listItems", request) for request in (one, other)]
    assert (keys[0] == keys[1]) == (one == other)


def test_a_key_is_readable_and_leaves_defaults_out():
    selected = Selection(operation="listItems", filters={"family": "CABOS"}, sort="item_id")
    assert canonical_key("1a2b", "listItems", ListingRequest(selection=selected, limit=50)) == (
        'api:v1:1a2b:listItems:{"limit":50,"selection":'
        '{"filters":{"family":"CABOS"},"operation":"listItems","sort":"item_id"}}'
    )


@given(one=VERSIONS, other=VERSIONS)
def test_a_tag_changes_exactly_when_a_version_does(one, other):
    assert (entity_tag("key", one) == entity_tag("key", other)) == (one == other)
    assert entity_tag("key", one) != entity_tag("other key", one)
