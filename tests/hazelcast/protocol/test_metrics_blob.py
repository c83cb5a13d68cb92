# SPDX-License-Identifier: Apache-2.0
"""The metrics blob: what the official client makes of the same metrics, byte for byte."""

from __future__ import annotations

import zlib
from struct import pack
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwire.hazelcast.protocol.errors import ProtocolError
from gridwire.hazelcast.protocol.metrics_blob import (
    MAX_WORD_UNITS,
    Metric,
    Unit,
    decode_metrics,
    encode_metrics,
)

_WORDS = st.text(st.characters(max_codepoint=0xD7FF), max_size=12)
_NUMBERS = st.integers(-(1 << 63), (1 << 63) - 1) | st.floats(allow_nan=False)
_UNITS = st.sampled_from(Unit) | st.none()
_METRICS = st.lists(st.builds(Metric, _WORDS, _WORDS, _NUMBERS, _UNITS, _WORDS, _WORDS), max_size=8)


def _official(metrics: list[Metric]) -> bytes:
    """The blob of the installed official client."""
    from hazelcast.metrics import MetricDescriptor, MetricsCompressor

    compressor: Any = MetricsCompressor()
    for one in metrics:
        # Its words for "none" and "empty" are two descriptors for the delta, and one on the wire.
        described = MetricDescriptor(one.name, one.prefix, one.key, one.key_value, one.unit)
        add = compressor.add_double if isinstance(one.value, float) else compressor.add_long
        add(described, one.value)
    return bytes(compressor.generate_blob())


@given(_METRICS)
def test_the_official_client_makes_the_same_bytes(metrics: list[Metric]) -> None:
    assert encode_metrics(metrics) == _official(metrics)


@given(_METRICS)
def test_what_is_encoded_can_be_decoded(metrics: list[Metric]) -> None:
    assert decode_metrics(encode_metrics(metrics)) == metrics


def test_characters_outside_the_basic_plane_are_two_units() -> None:
    metrics = [Metric("nearcache", "hits", 1, Unit.COUNT, "name", "map-\N{BEER MUG}-1")]
    assert decode_metrics(encode_metrics(metrics)) == metrics


def test_what_has_no_room_is_left_out_and_harms_no_other() -> None:
    good = Metric("tcp", "bytesSend", 5, Unit.BYTES)
    long_word = Metric("nearcache", "hits", 1, Unit.COUNT, "name", "x" * (MAX_WORD_UNITS + 1))
    large = Metric("os", "totalPhysicalMemorySize", 1 << 63)
    longest = Metric("nearcache", "hits", 1, Unit.COUNT, "name", "x" * MAX_WORD_UNITS)
    assert decode_metrics(encode_metrics([long_word, good, large, longest])) == [good, longest]


def _joined(version: int, dictionary: bytes, count: int, body: bytes) -> bytes:
    dictionary, body = zlib.compress(dictionary), zlib.compress(body)
    return pack(">hi", version, len(dictionary)) + dictionary + pack(">i", count) + body


@pytest.mark.parametrize(
    "blob",
    [
        b"",
        b"\0\1",
        encode_metrics([Metric("a", "b", 1)])[:-3],
        _joined(2, pack(">i", 0), 0, b""),
        _joined(1, pack(">i", 9), 0, b""),
        _joined(1, pack(">i", 0), 1, b""),
        _joined(1, pack(">i", 0), 1, b"\0" + pack(">i", 7)),
        _joined(1, bytes(17 * 1024 * 1024), 0, b""),
        pack(">hi", 1, -1),
    ],
)
def test_malformed_blobs_are_refused(blob: bytes) -> None:
    with pytest.raises(ProtocolError, match="metrics are malformed"):
        decode_metrics(blob)


@given(st.binary(max_size=64))
def test_arbitrary_bytes_give_the_typed_error_only(blob: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode_metrics(blob)
