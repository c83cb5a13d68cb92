# SPDX-License-Identifier: Apache-2.0
"""Streams of ``java.io.ObjectOutputStream``, looked at without making their objects."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwire.hazelcast.serialization.java_stream import MAX_STEPS, JavaObject, java_object

FILE = Path(__file__).parents[2] / "vectors" / "hazelcast" / "java_streams.json"
VECTORS = {vector["name"]: vector for vector in json.loads(FILE.read_text("utf-8"))["vectors"]}

# Their own methods wrote fields, or instead of fields: a reader without the class cannot know. The
# last is deeper than we follow.
OPAQUE = {
    "derived",
    "enum map",
    "list of",
    "unmodifiable",
    "exception",
    "decimal",
    "handmade",
    "chain",
}
# The class that stands in the stream for another one.
STANDS_IN = {
    "enum with a body": "JavaStreams$Color",
    "instant": "java.time.Ser",
    "zoned": "java.time.Ser",
    "enum set": "java.util.EnumSet$SerializationProxy",
    "list of": "java.util.CollSer",
    "unmodifiable": "java.util.Collections$UnmodifiableList",
    "lambda": "java.lang.invoke.SerializedLambda",
}
CONSTANTS = {"enum": "SECONDS", "enum with a body": "GREEN", "natural": "INSTANCE"}


def raw_of(name):
    return bytes.fromhex(VECTORS[name]["hex"])


@pytest.mark.parametrize("name", VECTORS)
def test_class_constant_and_end(name):
    raw = raw_of(name)
    found = java_object(b"before" + raw + b"behind", 6)
    assert found.class_name == STANDS_IN.get(name, VECTORS[name]["class"])
    assert found.constant == CONSTANTS.get(name)
    assert found.end == (None if name in OPAQUE else 6 + len(raw))
    assert not found.cut_off
    assert java_object(memoryview(raw), 0).class_name == found.class_name


@pytest.mark.parametrize("name", sorted(VECTORS.keys() - OPAQUE))
def test_cut_off_anywhere(name):
    raw = raw_of(name)
    for length in range(len(raw)):
        found = java_object(raw[:length], 0)
        assert found.cut_off
        assert found.end is None


def test_strings_of_both_lengths():
    text = b"x" * 70_000
    stream = bytes.fromhex("aced0005 7c") + len(text).to_bytes(8, "big") + text
    assert java_object(stream, 0) == JavaObject("java.lang.String", None, len(stream))


@pytest.mark.parametrize(
    "raw",
    [
        "1f8b0800",  # compressed, as a member can be told to
        "aced0004 70",
        "aced0005 7b",  # an exception while it was written
        "aced0005 71 007e0000",  # refers to what never was
        "aced0005 71 00000000",
        "aced0005 75 70 00000001",  # an array of no class
        "aced0005 7e 70 740001 61",
        "aced0005 73 70",
        "aced0005 75 72 00025b49 0000000000000000 02 0000 78 70 ffffffff",
        "aced0005 75 72 00025b51 0000000000000000 02 0000 78 70 00000001 00",
        "aced0005 73 72 000141 0000000000000000 04 0000 78 70",  # the old form of Externalizable
        "aced0005 73 72 000141 0000000000000000 02 0001 51 0000 78 70",
        "aced0005 73 74 000141",
    ],
)
def test_what_nobody_can_follow(raw):
    found = java_object(bytes.fromhex(raw), 0)
    assert found.end is None
    assert not found.cut_off


def test_references_do_not_take_for_ever():
    """A short description of a class with many fields, and an array that refers to it often."""
    fields = b"B\0\0" * 60_000
    described = (
        b"\x72\0\1A" + bytes(8) + b"\2" + len(fields[::3]).to_bytes(2, "big") + fields + b"\x78\x70"
    )
    again = b"\x73\x71\0\x7e\0\2" + bytes(60_000)
    array = b"\x75\x72\0\2[L" + bytes(8) + b"\2\0\0\x78\x70" + (1 << 30).to_bytes(4, "big")
    first = b"\x73" + described + bytes(60_000)
    stream = b"\xac\xed\0\5" + array + first + again * 10
    assert java_object(stream, 0).end is None


def test_a_long_lineage_and_many_objects_of_it():
    lineage = b"".join(b"\x72\0\1A" + bytes(8) + b"\2\0\0\x78" for _ in range(60)) + b"\x70"
    objects = b"\x73\x71\0\x7e\0\2" * MAX_STEPS
    array = b"\x75\x72\0\2[L" + bytes(8) + b"\2\0\0\x78\x70" + (1 << 30).to_bytes(4, "big")
    found = java_object(b"\xac\xed\0\5" + array + b"\x73" + lineage + objects, 0)
    assert found == JavaObject("[L")


@given(st.binary(max_size=200))
def test_garbage(raw):
    java_object(b"\xac\xed\0\5" + raw, 0)


codes = st.sampled_from([*range(0x70, 0x7F), 0, 1, 2, 0x7E, ord("L"), ord("["), ord("I"), ord("A")])


@given(st.lists(codes, max_size=60))
def test_plausible_garbage(raw):
    found = java_object(b"\xac\xed\0\5" + bytes(raw), 0)
    assert found.end is None or found.end <= 4 + len(raw)


@given(st.sampled_from(sorted(VECTORS)), st.data())
def test_mutations(name, data):
    raw = bytearray(raw_of(name))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    found = java_object(raw, 0)
    assert found.end is None or found.end <= len(raw)
