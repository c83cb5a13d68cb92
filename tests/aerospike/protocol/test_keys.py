# SPDX-License-Identifier: Apache-2.0
"""Keys as users write them."""

from __future__ import annotations

import pytest

from gridwire.aerospike.protocol.digest import key_particle, record_digest
from gridwire.aerospike.protocol.keys import read_key

DIGEST = bytes(range(20))


def test_a_key_knows_its_digest():
    key = read_key(("test", "demo", "k"))
    assert key[:3] == ("test", "demo", "k")
    assert key.digest.hex() == "ddbd526bc5517c4d1bd6d5ddc0bb36044a932dcd"


def test_a_digest_alone_names_a_record():
    assert read_key(("test", "demo", None, DIGEST)) == ("test", "demo", None, DIGEST)
    assert read_key(("test", "demo", None, bytearray(DIGEST))).digest == DIGEST


def test_bytes_are_hashed_as_text_and_a_bytearray_as_a_blob():
    as_text = "5216a1df2b642a22920a6b929ec7d58090987e6e"
    as_blob = "41721215fd2e56087e4f962047729a972784f317"
    assert record_digest("demo", b"\1\2").hex() == as_text
    assert record_digest("demo", bytearray(b"\1\2")).hex() == as_blob
    assert key_particle(b"\1\2") == key_particle(bytearray(b"\1\2")) == b"\4\1\2"


@pytest.mark.parametrize(
    ("key", "error", "text"),
    [
        (["test", "demo", 1], TypeError, "Key must be a tuple"),
        ("test:demo:1", TypeError, "Key must be a tuple"),
        (("test", "demo"), ValueError, "at least 3 elements"),
        ((None, "demo", 1), TypeError, "namespace of a key must be a str"),
        (("test", None, 1), TypeError, "set of a key must be a str"),
        (("", "demo", 1), ValueError, "1 to 31 bytes"),
        (("n" * 32, "demo", 1), ValueError, "1 to 31 bytes"),
        (("test", "é" * 32, 1), ValueError, "at most 63 bytes"),
        (("test", "demo", None), ValueError, "Invalid key"),
        (("test", "demo", 1.5), ValueError, "Invalid key"),
        (("test", "demo", True), ValueError, "Invalid key"),
        (("test", "demo", []), ValueError, "Invalid key"),
        (("test", "demo", ()), TypeError, "Unsupported type for Aerospike key: tuple"),
        (("test", "demo", memoryview(b"x")), TypeError, "key: memoryview"),
        (("test", "demo", "a\ud800"), UnicodeEncodeError, "stands for no byte"),
        (("test", "a\ud800", 1), UnicodeEncodeError, "stands for no byte"),
        (("test", "demo", 1 << 63), OverflowError, "64 bits with a sign"),
        (("test", "demo", None, b"123"), ValueError, "exactly 20 bytes, got 3"),
        (("test", "demo", None, "x" * 20), TypeError, "digest must be bytes"),
    ],
)
def test_what_is_no_key(key, error, text):
    with pytest.raises(error, match=text):
        read_key(key)


def test_the_longest_names_are_keys():
    assert read_key(("n" * 31, "s" * 63, "")).set_name == "s" * 63
    assert read_key(("test", "", 0)).set_name == ""


def test_names_that_are_no_text_can_be_used_as_they_were_read():
    key = read_key(("test", "s\udcff", "k\udcfe"))
    assert key.digest == record_digest("s\udcff", b"k\xfe")
