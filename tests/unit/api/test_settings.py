"""Settings: read once, refused with the variable's name and what to do."""

from __future__ import annotations

import pytest

from nova_api.settings import Settings, SettingsError, key_ring, load

SECRET = "hidden-and-long-enough-for-a-key-of-hs256"
URL = {
    "NOVA_API_DATABASE_URL": "postgresql://reader:hidden@127.0.0.1/nova",
    "NOVA_API_TOKEN_KEYS": f"k1:{SECRET}",
}


def test_the_defaults_need_only_the_database_and_a_key():
    assert load(URL) == Settings(database_url=URL["NOVA_API_DATABASE_URL"], token_keys=URL["NOVA_API_TOKEN_KEYS"])
    assert load(URL | {"REDIS_URL": ""}).redis_url is None


def test_an_address_of_the_wrong_kind_is_refused():
    with pytest.raises(SettingsError, match="NOVA_API_DATABASE_URL cannot be used"):
        load({"NOVA_API_DATABASE_URL": "sqlite:///nova.db"})


def test_a_missing_database_is_named_with_what_to_do():
    with pytest.raises(SettingsError, match=r"NOVA_API_DATABASE_URL is not set.*nova up"):
        load({})


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("NOVA_API_PORT", "http"),
        ("NOVA_API_PORT", "0"),
        ("NOVA_API_POOL_SIZE", "-1"),
        ("NOVA_API_WORKERS", "x"),
        ("REDIS_URL", "localhost"),
        ("NOVA_API_LOG_LEVEL", "loud"),
    ],
)
def test_a_value_of_the_wrong_form_is_named(variable, value):
    with pytest.raises(SettingsError, match=f"{variable} cannot be used"):
        load(URL | {variable: value})


@pytest.mark.parametrize(
    ("keys", "complaint"),
    [
        ("", "is not set"),
        (SECRET, "id:secret"),
        ("k1:short", "less than 32 bytes"),
        (f"k1:{SECRET},k1:{SECRET}", "twice"),
        (f"not an id:{SECRET}", "id:secret"),
        (",", "no key"),
    ],
)
def test_without_good_keys_nothing_starts_and_no_secret_is_shown(keys, complaint):
    with pytest.raises(SettingsError, match=complaint) as refused:
        load(URL | {"NOVA_API_TOKEN_KEYS": keys})
    assert SECRET not in str(refused.value)


def test_the_first_key_signs_and_all_are_good():
    ring = key_ring(load(URL | {"NOVA_API_TOKEN_KEYS": f"new:{SECRET}, old:{SECRET[::-1]}"}))
    assert (ring.signing, set(ring.secrets)) == ("new", {"new", "old"})
    assert SECRET not in repr(ring)


def test_a_proxy_that_is_no_address_is_refused():
    assert load(URL | {"NOVA_API_TRUSTED_PROXIES": "10.0.0.0/8, ::1"}).proxies == ["10.0.0.0/8", "::1"]
    with pytest.raises(SettingsError, match="NOVA_API_TRUSTED_PROXIES"):
        load(URL | {"NOVA_API_TRUSTED_PROXIES": "gateway"})


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "nova.example"])
def test_an_address_that_others_can_reach_needs_permission(host):
    with pytest.raises(SettingsError, match="NOVA_API_ALLOW_REMOTE=1"):
        load(URL | {"NOVA_API_HOST": host})
    assert load(URL | {"NOVA_API_HOST": host, "NOVA_API_ALLOW_REMOTE": "1"}).host == host


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_loopback_needs_none(host):
    assert load(URL | {"NOVA_API_HOST": host}).host == host


def test_the_passwords_are_not_shown():
    assert "hidden" not in repr(load(URL | {"REDIS_URL": "redis://:hidden@127.0.0.1"}))
