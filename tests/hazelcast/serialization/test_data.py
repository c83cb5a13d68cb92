# SPDX-License-Identifier: Apache-2.0
"""Partition hashes and partitions of keys."""

from __future__ import annotations

import struct
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.data import partition_hash, partition_of, type_id_of
from gridwire.hazelcast.serialization.service import SerializationService

SERVICE = SerializationService()


@pytest.mark.parametrize(
    ("key", "partition"),
    [
        (0, 11),
        (1, 31),
        ("a", 73),
        ("key", 80),
        (UUID("00112233-4455-6677-8899-aabbccddeeff"), 135),
        ((1 << 31) - 1, 129),
    ],
)
def test_partitions_that_members_computed(key, partition):
    assert partition_of(SERVICE.to_data(key), 271) == partition


def test_type_id_is_not_hashed():
    assert partition_hash(SERVICE.to_data("")) == partition_hash(SERVICE.to_data(0))


@given(st.integers(-(1 << 31), (1 << 31) - 1).filter(bool), st.binary())
def test_hash_in_the_header_wins(hashed, payload):
    data = struct.pack(">ii", hashed, -11) + payload
    assert partition_hash(data) == hashed
    assert partition_hash(memoryview(data)) == hashed
    if hashed != -(1 << 31):
        assert partition_of(data, 271) == abs(hashed) % 271


def test_least_hash_belongs_to_partition_zero():
    assert partition_of(struct.pack(">ii", -(1 << 31), -11), 271) == 0


def test_computed_hash_may_be_the_least(monkeypatch):
    monkeypatch.setattr(
        "gridwire.hazelcast.serialization.data.mmh3_32_sintdigest", lambda *_: -(1 << 31)
    )
    assert partition_of(SERVICE.to_data("a"), 271) == 0


@given(st.binary(max_size=64), st.integers(1, 5000))
def test_views_hash_like_bytes(raw, count):
    data = SERVICE.to_data(raw * 200)
    for form in (memoryview(data), memoryview(bytearray(data)), bytearray(data)):
        assert partition_of(form, count) == partition_of(data, count) in range(count)


@pytest.mark.parametrize("length", range(8))
def test_too_short_for_a_header(length):
    for function in (partition_hash, type_id_of, lambda data: partition_of(data, 271)):
        with pytest.raises(HazelcastSerializationError, match="8 bytes are announced"):
            function(bytes(length))
