# SPDX-License-Identifier: Apache-2.0
"""Feeds a reader of messages in every way in which a network may deliver bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

MakeReader = Callable[[], Any]
"""Makes a reader with `feed`, `wanted`, `filled` and `buffered_bytes`."""

_EVERY_INDEX_UP_TO = 512


def feed_all_ways(make_reader: MakeReader, stream: bytes, expected: Sequence[bytes] = ()) -> None:
    """Assert that a stream gives its messages, and nothing early, however it is cut.

    Args:
        make_reader: makes a fresh reader.
        stream: one message, or several.
        expected: the messages of the stream; itself if left out.
    """
    expected = list(expected) or [stream]
    feed_whole(make_reader, stream, expected)
    feed_byte_by_byte(make_reader, stream, expected)
    feed_split(make_reader, stream, expected, split_points(stream))
    feed_with_more_behind(make_reader, stream, expected)
    for chunk in (1, 7, 1000, 65536, len(stream)):
        feed_in_place(make_reader, stream, expected, chunk)


def feed_whole(make_reader: MakeReader, stream: bytes, expected: Sequence[bytes]) -> None:
    """One chunk."""
    reader = make_reader()
    assert taken(reader.feed(stream)) == expected
    assert_empty(reader)


def feed_byte_by_byte(make_reader: MakeReader, stream: bytes, expected: Sequence[bytes]) -> None:
    """Chunks of one byte: each says "not yet" but those that end a message."""
    reader = make_reader()
    found: list[bytes] = []
    for index in range(len(stream)):
        assert reader.feed(b"") == []
        messages = reader.feed(stream[index : index + 1])
        assert len(messages) <= 1
        if len(expected) == 1:
            assert bool(messages) == (index == len(stream) - 1)
        found += taken(messages)
    assert found == expected
    assert_empty(reader)


def feed_split(
    make_reader: MakeReader, stream: bytes, expected: Sequence[bytes], points: Iterable[int]
) -> None:
    """Two chunks, for each of some points."""
    for point in points:
        reader = make_reader()
        found = reader.feed(stream[:point])
        if len(expected) == 1 and point < len(stream):
            assert found == []
        found += reader.feed(stream[point:])
        assert taken(found) == expected
        assert_empty(reader)


def feed_with_more_behind(
    make_reader: MakeReader, stream: bytes, expected: Sequence[bytes]
) -> None:
    """The beginning of the next message is in the last chunk, and its rest comes too."""
    for begun in {0, 1, 5, 6, 7, len(stream) - 1, len(stream)}:
        for cut in {0, 3, len(stream) // 2, len(stream)}:
            reader = make_reader()
            found = reader.feed(stream[:cut])
            found += reader.feed(stream[cut:] + stream[:begun])
            found += reader.feed(stream[begun:])
            assert taken(found) == [*expected, *expected]
            assert_empty(reader)


def feed_in_place(
    make_reader: MakeReader, stream: bytes, expected: Sequence[bytes], chunk: int
) -> None:
    """As a driver does it: what the reader wants is read to where it wants it."""
    reader = make_reader()
    assert taken(drive(reader, stream, chunk)) == expected
    assert_empty(reader)


def drive(reader: Any, stream: bytes, chunk: int) -> Iterator[Any]:
    """Read a stream as a driver does, at most `chunk` bytes at a time; the messages."""
    at = 0
    while at < len(stream):
        view = reader.wanted()
        if view is None:
            piece = stream[at : at + chunk]
            at += len(piece)
            yield from reader.feed(piece)
            continue
        with view:
            count = min(len(view), chunk, len(stream) - at)
            assert count > 0
            view[:count] = stream[at : at + count]
        at += count
        messages = reader.filled(count)
        assert len(messages) <= 1
        yield from messages


def split_points(stream: bytes) -> Iterable[int]:
    """Every index of a short stream; of a long one, those next to the edges of its frames."""
    if len(stream) <= _EVERY_INDEX_UP_TO:
        return range(len(stream) + 1)
    points: set[int] = set()
    for edge in edges(stream):
        points.update(range(edge - 1, edge + 8))
    return sorted(point for point in points if 0 <= point <= len(stream))


def edges(stream: bytes) -> Iterator[int]:
    """Where the frames of a stream begin, and its end."""
    at = 0
    while at < len(stream):
        yield at
        at += int.from_bytes(stream[at : at + 4], "little")
    yield at


def taken(messages: Iterable[Any]) -> list[bytes]:
    """Messages as bytes, whatever buffers they are."""
    return [bytes(message) for message in messages]


def assert_empty(reader: Any) -> None:
    """Nothing is kept of a stream that ended with its last message."""
    assert reader.buffered_bytes == 0
    assert reader.wanted() is None
