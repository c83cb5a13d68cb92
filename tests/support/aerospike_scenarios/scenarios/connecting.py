# SPDX-License-Identifier: Apache-2.0
"""The life of a client."""

from __future__ import annotations

from support.aerospike_scenarios.catalogue import scenario
from support.aerospike_scenarios.observing import See


@scenario
def connecting_and_closing(see: See) -> None:
    other = see.other("other")
    other.is_connected()
    other.connect()
    other.is_connected()
    other.put("a", {"n": 1})
    other.close()
    other.is_connected()
    other.get("a")
    other.put("a", {"n": 1})
    other.close()
    see.get("a")


@scenario
def connecting_again(see: See) -> None:
    other = see.other("other")
    other.connect()
    other.put("a", {"n": 1})
    other.close()
    other.connect()
    other.get("a")
    other.close()


@scenario
def calls_before_connecting(see: See) -> None:
    other = see.other("other")
    other.close()
    other.connect()
    other.close()


@scenario
def nobody_there(see: See) -> None:
    other = see.other("other", hosts=[("127.0.0.1", 1)], timeout=500)
    other.connect()
    other.is_connected()
    other.close()


@scenario
def another_cluster_name(see: See) -> None:
    other = see.other("other", cluster_name="another", timeout=500)
    other.connect()
    other.close()
