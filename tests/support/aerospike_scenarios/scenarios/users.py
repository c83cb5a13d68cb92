# SPDX-License-Identifier: Apache-2.0
"""Users who may, and such who may not."""

from __future__ import annotations

from support.aerospike_scenarios.catalogue import scenario
from support.aerospike_scenarios.observing import See


@scenario
def logging_in(see: See) -> None:
    for user, password in (("ann", "secret"), ("unknown", "x")):
        other = see.user(user, user=user, password=password)
        other.connect()
        other.is_connected()
        other.put("a", {"n": 1})
        other.close()


@scenario
def by_connect(see: See) -> None:
    other = see.user("ann")
    other.connect("ann", "wrong")
    other.close()


@scenario
def without_logging_in(see: See) -> None:
    other = see.user("somebody", timeout=500)
    other.connect()
    other.close()


@scenario
def what_a_role_allows(see: See) -> None:
    reader = see.user("reader", user="reader", password="only")
    reader.connect()
    reader.put("a", {"n": 1})
    reader.get("a")
    reader.batch_read(["a", "b"])
    reader.batch_write([("a", {"n": 2}), ("b", {"n": 2})])
    reader.remove("b")
    reader.truncate("test", "nothing")
    reader.close()


@scenario
def logging_in_where_there_are_no_users(see: See) -> None:
    other = see.other("ann", user="ann", password="secret")
    other.connect()
    other.close()
