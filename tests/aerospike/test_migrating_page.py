# SPDX-License-Identifier: Apache-2.0
"""What the page about migrating from the C client says of constants is so."""

from __future__ import annotations

import re

import pytest

from gridwire import aerospike
from support.pages import text_of

theirs = pytest.importorskip("aerospike")

TABLE = {
    name: (int(there), here)
    for name, there, here in re.findall(
        r"^\| `([A-Z_]+)` \| (-?\d+) \| (.*) \|$",
        text_of("docs/how-to/migrating-from-aerospike.md"),
        re.MULTILINE,
    )
}
KINDS = ("AUTH_", "POLICY_", "TTL_")


def test_every_constant_that_is_not_the_same_has_a_row():
    constants = {name: getattr(theirs, name) for name in dir(theirs) if name.startswith(KINDS)}
    differing = {
        name: value for name, value in constants.items() if getattr(aerospike, name, None) != value
    }
    assert {name: there for name, (there, _) in TABLE.items()} == differing


@pytest.mark.parametrize("name", TABLE)
def test_what_stands_beside_it_is_what_is_here(name: str):
    _, here = TABLE[name]
    for mine, value in re.findall(r"`([A-Z_]+)`, (-?\d+)", here):
        assert getattr(aerospike, mine) == int(value)
