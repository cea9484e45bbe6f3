"""Passwords: hashed with argon2id, the same work for everybody, the easily guessed refused."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from nova_api.auth.passwords import Passwords, generated, weakness

pytestmark = pytest.mark.anyio


class Counting(PasswordHasher):
    """Counts the hashes that are compared with."""

    compared = 0

    def verify(self, hash, password):
        self.compared += 1
        return super().verify(hash, password)


async def test_a_password_is_known_again_and_another_is_not():
    passwords = Passwords()
    kept = await passwords.hashed("correct horse battery")
    assert kept.startswith("$argon2id$")
    assert await passwords.verified("correct horse battery", kept)
    assert not await passwords.verified("correct horse batterx", kept)
    assert not passwords.outdated(kept)


async def test_an_account_that_is_not_there_costs_a_comparison_all_the_same():
    hasher = Counting()
    passwords = Passwords(hasher)
    assert not await passwords.verified("whatever it may be", None)
    assert hasher.compared == 1


async def test_a_hash_of_fewer_rounds_is_outdated_and_a_damaged_one_fits_nothing():
    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash("correct horse battery")
    assert Passwords().outdated(weak)
    assert not await Passwords().verified("correct horse battery", "$argon2id$damaged")


@pytest.mark.parametrize(
    "password", ["short", "a" * 11, "aaaaaaaaaaaaaaaa", "ababababababab", "x" * 201, "ana@nova.example"]
)
def test_a_password_that_is_easily_guessed_is_refused(password):
    assert weakness(password, "Ana@nova.example", "Ana")


def test_a_generated_password_is_long_enough_and_never_the_same():
    assert weakness(generated()) is None
    assert generated() != generated()
