# SPDX-License-Identifier: Apache-2.0
"""Keys of every type, with the digest alone, and such as cannot be."""

from __future__ import annotations

from gridwire.aerospike import constants as c
from support.aerospike_scenarios.catalogue import scenario
from support.aerospike_scenarios.observing import NAMESPACE, See

SEND = {"key": 1}
KEYS = (
    0,
    1,
    -1,
    2**31,
    2**63 - 1,
    -(2**63),
    "",
    "k",
    "ü€😀",
    "x" * 300,
    "a\x00b",
    b"",
    b"k2",
    b"\xff",
)


@scenario
def types(see: See) -> None:
    for number, key in enumerate(KEYS):
        see.put(key, {"n": number})
    for key in KEYS:
        see.get(key)
    for key in KEYS:
        see.remove(key)


@scenario
def keys_that_are_stored(see: See) -> None:
    for number, key in enumerate((7, -7, "k", "ü€😀")):
        see.put(key, {"n": number}, policy=SEND)
        see.get(key)
        see.get(key, policy=SEND)
        see.by_digest("get", key)


@scenario
def digests(see: See) -> None:
    see.put("k", {"n": 1})
    see.by_digest("get", "k")
    see.by_digest("put", "k", {"n": 2})
    see.by_digest("exists", "k")
    see.get("k")
    see.by_digest("remove", "k")
    see.exists("k")


@scenario
def text_and_its_bytes_are_one_record(see: See) -> None:
    see.put("same", {"n": 1})
    see.get(b"same")
    see.put(1, {"n": 2})
    see.get("1")


@scenario
def a_record_stored_under_another_key(see: See) -> None:
    see.put("k", {"n": 1})
    see.put("k", {"n": 2}, policy=SEND)
    see.get("k", policy=SEND)
    see.by_digest("get", "k")


@scenario
def sets(see: See) -> None:
    name = see.set_name
    for suffix in ("-b", "-ü"):
        key = see.given_key((NAMESPACE, name + suffix, "k"), f"{suffix}/k")
        see.put(key, {"s": suffix})
        see.exists(key)
        see.exists("k")
        see.remove(key)


@scenario
def a_set_without_a_name(see: See) -> None:
    key = see.given_key((NAMESPACE, "", see.set_name), "a random key")
    see.put(key, {"n": 1})
    see.operate(key, [{"op": c.OPERATOR_INCR, "bin": "n", "val": 1}])
    see.remove(key)


@scenario
def set_names_that_are_too_long(see: See) -> None:
    see.put(see.given_key((NAMESPACE, "x" * 63, "k"), "63 letters"), {"n": 1})
    see.remove(see.given_key((NAMESPACE, "x" * 63, "k"), "63 letters"))
    see.put(see.given_key((NAMESPACE, "x" * 64, "k"), "64 letters"), {"n": 1})


@scenario
def keys_that_cannot_be(see: See) -> None:
    name = see.set_name
    wrong = {
        "None": (NAMESPACE, name, None),
        "a float": (NAMESPACE, name, 1.5),
        "a list": (NAMESPACE, name, [1]),
        "too large": (NAMESPACE, name, 2**64),
        "too small": (NAMESPACE, name, -(2**63) - 1),
        "two parts": (NAMESPACE, name),
        "no parts": (),
        "not a tuple": [NAMESPACE, name, "k"],
        "text": "key",
        "no namespace": (None, name, "k"),
        "a short digest": (NAMESPACE, name, None, b"abc"),
    }
    for text, key in wrong.items():
        see.get(see.given_key(key, text))
        see.put(see.given_key(key, text), {"n": 1})
