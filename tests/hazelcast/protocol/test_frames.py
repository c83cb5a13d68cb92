# SPDX-License-Identifier: Apache-2.0
"""Whole messages from any chunks, within bounds, and an error of one type for everything else."""

from __future__ import annotations

import importlib.util
import itertools
from collections.abc import Callable, Iterable, Iterator
from struct import pack
from types import ModuleType
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import gridwire
from gridwire import _impl
from gridwire.errors import ProtocolError
from gridwire.hazelcast.protocol import frames as loaded
from support.feeding import drive, edges, feed_all_ways, taken

LEAF = "gridwire.hazelcast.protocol.frames"
KIB = 1024
DIRECT = 128 * KIB
LARGE = 64 * KIB


def load_source() -> ModuleType:
    """Load the leaf's source beside whatever is loaded under its own name."""
    spec = importlib.util.spec_from_file_location("frames_from_source", _impl._source_of(LEAF))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PURE = load_source()
COMPILED = loaded if gridwire.implementation() == "compiled" else None


@pytest.fixture(scope="module", params=["pure"] if COMPILED is None else ["pure", "compiled"])
def frames(request: pytest.FixtureRequest) -> ModuleType:
    return PURE if request.param == "pure" else loaded


# -- making messages ------------------------------------------------------------------------------


def frame(content: bytes = b"", flags: int = 0) -> bytes:
    return pack("<iH", len(content) + 6, flags) + content


def message(*contents: bytes, flags: int = 0, initial: bytes = b"") -> bytes:
    """A message with an initial frame and a frame for each content."""
    bodies = [bytes(13) + initial, *contents]
    last = len(bodies) - 1
    return b"".join(
        frame(body, (0xC000 | flags if index == 0 else 0) | (0x2000 if index == last else 0))
        for index, body in enumerate(bodies)
    )


def fragment(fragment_id: int, flags: int, body: bytes) -> bytes:
    """A fragment with some frames, the last of which is made final."""
    made = bytearray(body)
    *_, last, _ = edges(body)
    made[last + 5] |= 0x20
    return frame(pack("<q", fragment_id), flags) + made


def body_frames(whole: bytes) -> list[bytes]:
    """The frames of a message, without the flag that ends it."""
    cuts = list(edges(whole))
    made = [bytearray(whole[start:end]) for start, end in itertools.pairwise(cuts)]
    made[-1][5] &= 0xDF
    return [bytes(one) for one in made]


inner_flags = st.sampled_from([0, 0x1000, 0x0800, 0x0400])


@st.composite
def small_messages(draw: st.DrawFn) -> bytes:
    """Any message of a few frames."""
    first = draw(st.binary(min_size=13, max_size=30))
    others = draw(st.lists(st.tuples(st.binary(max_size=20), inner_flags), max_size=5))
    kind = draw(st.sampled_from([0, 0x0100, 0x0200, 0x0280]))
    parts = [(first, 0xC000 | kind), *others]
    last = len(parts) - 1
    return b"".join(
        frame(content, flags | (0x2000 if index == last else 0))
        for index, (content, flags) in enumerate(parts)
    )


def cut(stream: bytes, sizes: list[int]) -> Iterator[bytes]:
    """Chunks of these sizes, then the rest."""
    at = 0
    for size in sizes:
        yield stream[at : at + size]
        at += size
    yield stream[at:]


def feed(reader: Any, chunks: Iterable[bytes]) -> list[bytes]:
    return [one for chunk in chunks for one in taken(reader.feed(chunk))]


# -- whole messages -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "whole",
    [
        message(),
        message(b""),
        message(b"name", b"", b"value"),
        message(b"name", flags=0x0200),
        message(*[bytes([index]) for index in range(40)]),
        message(b"x" * 300, b"y"),
    ],
    ids=lambda whole: f"{len(whole)} bytes",
)
def test_a_message_from_any_chunks(frames: ModuleType, whole: bytes):
    feed_all_ways(frames.FrameReader, whole)


@given(small_messages())
def test_any_message_from_any_chunks(frames: ModuleType, whole: bytes):
    feed_all_ways(frames.FrameReader, whole)


@given(st.lists(small_messages(), min_size=1, max_size=8), st.lists(st.integers(0, 60)))
def test_messages_come_in_order(frames: ModuleType, many: list[bytes], sizes: list[int]):
    reader = frames.FrameReader()
    assert feed(reader, cut(b"".join(many), sizes)) == many
    assert reader.buffered_bytes == 0


def test_the_example_of_the_reference(frames: ModuleType):
    """Map.Get("m", 1) with thread 7, partition 3 and correlation id 9."""
    given_bytes = bytes.fromhex(
        "1e00000000c1000201000900000000000000030000000700000000000000"
        "0700000000006d"
        "120000000020"
        "00000000fffffff900000001"
    )
    assert taken(frames.FrameReader().feed(given_bytes)) == [given_bytes]


def test_a_small_message_is_bytes(frames: ModuleType):
    whole = message(b"x" * 1000)
    reader = frames.FrameReader()
    (at_once,) = reader.feed(whole)
    reader.feed(whole[:500])
    (in_two,) = reader.feed(whole[500:])
    assert type(at_once) is type(in_two) is bytes


# -- large messages -------------------------------------------------------------------------------

large_messages = [
    message(b"x" * (LARGE - 25)),
    message(b"x" * LARGE),
    message(b"x" * (DIRECT + 100)),
    message(b"x" * (DIRECT + 100), b"after"),
    message(b"before" * 1000, b"x" * (DIRECT + 100), b"between", b"y" * 2 * DIRECT, b""),
    message(initial=b"x" * (DIRECT + 100)),
    message(*[bytes([65 + index]) * (DIRECT + index) for index in range(5)]),
]


@pytest.mark.parametrize("whole", large_messages, ids=lambda whole: f"{len(whole)} bytes")
@pytest.mark.parametrize("chunk", [997, 64 * KIB, 128 * KIB, 10**9])
def test_a_large_message_from_any_chunks(frames: ModuleType, whole: bytes, chunk: int):
    stream = message(b"one") + whole + message(b"two") + whole
    expected = [message(b"one"), whole, message(b"two"), whole]
    reader = frames.FrameReader()
    assert feed(reader, cut(stream, [chunk] * (len(stream) // chunk))) == expected
    assert reader.buffered_bytes == 0
    assert taken(drive(reader, stream, chunk)) == expected
    assert reader.buffered_bytes == 0


def test_a_large_message_byte_by_byte(frames: ModuleType):
    feed_all_ways(frames.FrameReader, message(b"x" * (DIRECT + 100), b"after"))


def test_a_long_frame_is_read_into_the_memory_of_its_message(frames: ModuleType):
    whole = message(b"name", b"x" * 3 * DIRECT)
    reader = frames.FrameReader()
    assert reader.feed(whole[:100]) == []
    view = reader.wanted()
    assert len(view) == len(whole) - 100
    assert not view.readonly
    memory = view.obj
    view[:] = whole[100:]
    count = len(view)
    view.release()
    (found,) = reader.filled(count)
    assert isinstance(found, memoryview)
    assert found.obj is memory
    assert found == whole
    assert reader.wanted() is None


def test_from_how_many_missing_bytes_on_memory_is_offered(frames: ModuleType):
    whole = message(b"x" * (DIRECT + 100))
    reader = frames.FrameReader()
    reader.feed(whole[: 1 - DIRECT])
    assert reader.wanted() is None
    reader = frames.FrameReader()
    reader.feed(whole[:-DIRECT])
    assert len(reader.wanted()) == DIRECT


def test_a_chunk_may_end_what_was_wanted(frames: ModuleType):
    whole = message(b"x" * 2 * DIRECT)
    reader = frames.FrameReader()
    reader.feed(whole[:50])
    assert reader.wanted() is not None
    assert taken(reader.feed(whole[50:] + message(b"next"))) == [whole, message(b"next")]
    assert reader.wanted() is None


def test_filling_what_was_not_wanted_is_a_mistake(frames: ModuleType):
    with pytest.raises(ValueError, match="nothing was wanted"):
        frames.FrameReader().filled(1)


def test_a_large_message_has_memory_of_its_own(frames: ModuleType):
    """Nothing that comes later changes it."""
    whole = message(b"x" * (LARGE + 10), b"y" * 100)
    reader = frames.FrameReader()
    assert reader.feed(whole[:1000]) == []
    (found,) = reader.feed(whole[1000:] + message(b"next")[:10])
    assert isinstance(found, memoryview)
    reader.feed(message(b"next")[10:])
    reader.feed(b"\xff" * 3)
    assert found == whole


# -- memory and time ------------------------------------------------------------------------------


def test_memory_goes_back_after_large_messages(frames: ModuleType):
    reader = frames.FrameReader()
    for size in (LARGE, DIRECT, 20 * DIRECT, 10):
        whole = message(b"x" * size, b"y" * size)
        for _ in drive(reader, whole, 64 * KIB):
            pass
        assert reader.buffered_bytes == 0
        reader.feed(message()[:4])
        assert reader.buffered_bytes == 4
        assert len(reader.feed(message()[4:])) == 1


@pytest.mark.parametrize("chunk", [1000, 64 * KIB])
def test_a_reader_holds_a_message_once(frames: ModuleType, chunk: int):
    """What was fed is held, and at most the rest of the long frame that is being read."""
    whole = message(b"x" * 1000, *[b"y" * (DIRECT + 50)] * 8, *[b"z" * 100] * 2000)
    reader = frames.FrameReader()
    starts = list(edges(whole))
    fed = 0
    for piece in cut(whole, [chunk] * (len(whole) // chunk)):
        fed += len(piece)
        messages = reader.feed(piece)
        end_of_frame = next(start for start in starts if start >= fed)
        assert reader.buffered_bytes in ((fed, end_of_frame) if not messages else (0,))
    assert fed == len(whole)


class CountingReads:
    """Counts how often the header of a frame is read."""

    def __init__(self, read: Callable[..., tuple[int, int]]) -> None:
        self.read = read
        self.count = 0

    def __call__(self, *args: Any) -> tuple[int, int]:
        self.count += 1
        return self.read(*args)


@pytest.mark.parametrize("chunk", [100, 64 * KIB, 10**9])
def test_each_frame_is_walked_once(monkeypatch: pytest.MonkeyPatch, chunk: int):
    whole = message(*[b"x" * 30] * 20_000)
    reads = CountingReads(PURE._read_header)
    monkeypatch.setattr(PURE, "_read_header", reads)
    reader = PURE.FrameReader()
    chunks = list(cut(whole, [chunk] * (len(whole) // chunk)))
    assert feed(reader, chunks) == [whole]
    # The frame at which a chunk ends is looked at again, and once more for how long it is.
    assert reads.count <= 20_001 + 2 * len(chunks)


def test_each_long_frame_is_copied_once(monkeypatch: pytest.MonkeyPatch):
    """The memory that is asked for in all grows with the message, not with its square."""
    asked: list[int] = []

    def counting(value: Any = b"") -> bytearray:
        made = bytearray(value)
        asked.append(len(made))
        return made

    whole = message(*[b"x" * (3 * DIRECT + 1000)] * 40)
    monkeypatch.setattr(PURE, "bytearray", counting, raising=False)
    for feeding in (
        lambda reader: feed(reader, cut(whole, [DIRECT // 2] * (2 * len(whole) // DIRECT))),
        lambda reader: taken(drive(reader, whole, DIRECT // 2)),
    ):
        asked.clear()
        assert feeding(PURE.FrameReader()) == [whole]
        assert sum(asked) <= 2 * len(whole)


def test_what_there_is_no_memory_for_is_an_error_of_the_protocol(monkeypatch: pytest.MonkeyPatch):
    def refusing(value: Any = b"") -> bytearray:
        if value == 1_000_025:
            raise MemoryError
        return bytearray(value)

    monkeypatch.setattr(PURE, "bytearray", refusing, raising=False)
    with pytest.raises(ProtocolError, match="no memory for a message of 1000025 bytes"):
        PURE.FrameReader().feed(message(b"x" * 1_000_000)[:100])


# -- limits ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("contents", [(b"",), (b"x" * 500,), (b"x" * 200, b"y" * 300, b"")])
@pytest.mark.parametrize("chunk", [1, 10, 10**6])
def test_a_message_at_its_limit_is_accepted_and_a_longer_one_is_not(
    frames: ModuleType, contents: tuple[bytes, ...], chunk: int
):
    whole = message(*contents)
    chunks = list(cut(whole, [chunk] * (len(whole) // chunk)))
    assert feed(frames.FrameReader(len(whole)), chunks) == [whole]
    with pytest.raises(ProtocolError, match=rf"over the limit of {len(whole) - 1} bytes"):
        feed(frames.FrameReader(len(whole) - 1), chunks)


def test_the_limit_counts_from_the_beginning_of_each_message(frames: ModuleType):
    whole = message(b"x" * 100)
    reader = frames.FrameReader(len(whole))
    assert taken(reader.feed(whole * 5 + whole[:50])) == [whole] * 5
    assert taken(reader.feed(whole[50:])) == [whole]


@pytest.mark.parametrize("over", [1, DIRECT, 2**31 - 1 - 100_000])
def test_too_large_is_said_before_memory_is_asked_for(frames: ModuleType, over: int):
    reader = frames.FrameReader(100_000)
    with pytest.raises(ProtocolError, match="max_message_bytes"):
        reader.feed(pack("<iH", 100_000 + over, 0xC000))
    assert reader.buffered_bytes <= 6


def test_the_limit_can_be_raised_between_messages(frames: ModuleType):
    reader = frames.FrameReader(50)
    assert reader.max_message_bytes == 50
    assert len(reader.feed(message())) == 1
    reader.max_message_bytes = 500
    assert reader.max_message_bytes == 500
    assert len(reader.feed(message(b"x" * 400))) == 1
    reader.max_message_bytes = 50
    with pytest.raises(ProtocolError):
        reader.feed(message(b"x" * 400))


def test_the_usual_limit_is_a_gibibyte(frames: ModuleType):
    assert frames.FrameReader().max_message_bytes == frames.DEFAULT_MAX_MESSAGE_BYTES == 1 << 30


# -- nonsense -------------------------------------------------------------------------------------


def test_what_begins_no_message_is_not_waited_for(frames: ModuleType):
    # An answer that lacks its end swallows the beginning of the next one. The rest of that is taken
    # for a message: bytes of a text for a length of many megabytes, which never come.
    lacking = message(b"x" * 40)[:-30]
    following = bytes(30) + b"\x00\x00\x00\x0b\x00\x00" + b"y" * 40
    with pytest.raises(ProtocolError, match="no message begins"):
        feed(frames.FrameReader(), [lacking, following])


@pytest.mark.parametrize("flags", [0x0000, 0x2000, 0x0780])
def test_a_long_beginning_without_the_flags_of_one_is_refused(frames: ModuleType, flags: int):
    with pytest.raises(ProtocolError, match="no message begins"):
        feed(frames.FrameReader(), [pack("<iH", 50_000_000, flags)])


@pytest.mark.parametrize("length", [-(2**31), -1, 0, 1, 5])
@pytest.mark.parametrize("before", [b"", message(), message(b"x")[:19]])
def test_a_frame_is_not_shorter_than_its_header(frames: ModuleType, length: int, before: bytes):
    stream = before + pack("<iH", length, 0xC000)
    for chunks in ([stream], [stream[index : index + 1] for index in range(len(stream))]):
        with pytest.raises(ProtocolError, match=f"frame of {length} bytes is shorter"):
            feed(frames.FrameReader(), chunks)


@pytest.mark.parametrize("size", [6, 7, 18])
def test_a_message_has_room_for_type_and_correlation_id(frames: ModuleType, size: int):
    stream = frame(bytes(size - 6), 0xE000)
    for chunks in ([stream], [stream[:3], stream[3:]]):
        with pytest.raises(ProtocolError, match=f"message of {size} bytes has no room"):
            feed(frames.FrameReader(), chunks)
    assert len(frames.FrameReader().feed(frame(bytes(13), 0xE000))) == 1


def chain_is_whole(found: Any) -> bool:
    """Frames up to the end, the last of which is final and no other; and room for a head."""
    at = 0
    final = False
    while at < len(found):
        assert not final
        length = int.from_bytes(found[at : at + 4], "little", signed=True)
        final = bool(found[at + 5] & 0x20)
        assert length >= 6
        at += length
    return final and at == len(found) and len(found) >= 19 and found[5] >= 0xC0


def assert_messages_or_refusal(frames: ModuleType, stream: bytes, sizes: list[int]) -> None:
    reader = frames.FrameReader(10_000)
    try:
        found = [one for chunk in cut(stream, sizes) for one in reader.feed(chunk)]
    except ProtocolError:
        return
    assert all(map(chain_is_whole, found))
    assert reader.buffered_bytes <= 10_000


@given(st.binary(max_size=200), st.lists(st.integers(0, 40), max_size=10))
def test_garbage_is_messages_or_an_error_of_the_protocol(
    frames: ModuleType, stream: bytes, sizes: list[int]
):
    assert_messages_or_refusal(frames, stream, sizes)


near_frames = st.builds(
    lambda length, flags, content: pack("<iH", length, flags) + content,
    st.one_of(st.integers(4, 30), st.just(14), st.integers(-(2**31), 2**31 - 1)),
    st.sampled_from([0, 0x2000, 0x4000, 0x6000, 0x8000, 0xA000, 0xC000, 0xE000]),
    st.binary(max_size=24),
)


@given(st.lists(near_frames, max_size=12).map(b"".join), st.lists(st.integers(0, 40), max_size=10))
def test_what_looks_like_frames_is_messages_or_an_error_of_the_protocol(
    frames: ModuleType, stream: bytes, sizes: list[int]
):
    assert_messages_or_refusal(frames, stream, sizes)


@given(
    st.lists(small_messages(), min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(0), st.integers(0, 255)), max_size=4),
    st.lists(st.integers(0, 40), max_size=10),
)
def test_damaged_messages_are_messages_or_an_error_of_the_protocol(
    frames: ModuleType, many: list[bytes], damage: list[tuple[int, int]], sizes: list[int]
):
    pieces = [piece for one in many for piece in loaded.fragments(one, 1, 40)]
    stream = bytearray(b"".join(map(bytes, pieces)))
    for where, value in damage:
        stream[where % len(stream)] = value
    assert_messages_or_refusal(frames, bytes(stream), sizes)


# -- fragments, received --------------------------------------------------------------------------

BEGIN, MIDDLE, END = 0x8000, 0, 0x4000


def test_fragments_are_put_together(frames: ModuleType):
    whole = message(b"one", b"two", b"three", initial=b"more")
    parts = body_frames(whole)
    stream = (
        fragment(7, BEGIN, parts[0])
        + fragment(7, MIDDLE, parts[1] + parts[2])
        + fragment(7, END, parts[3])
    )
    feed_all_ways(frames.FrameReader, stream, [whole])


def test_a_fragment_is_held_until_the_last(frames: ModuleType):
    parts = body_frames(message(b"one", b"two"))
    reader = frames.FrameReader()
    first, last = fragment(7, BEGIN, parts[0] + parts[1]), fragment(7, END, parts[2])
    assert reader.feed(first) == []
    assert reader.buffered_bytes == len(parts[0] + parts[1])
    assert taken(reader.feed(last)) == [message(b"one", b"two")]
    assert reader.buffered_bytes == 0


def test_fragments_of_different_messages_interleave(frames: ModuleType):
    a, b, c = message(b"a", b"A"), message(b"b", b"B"), message(b"c")
    a_parts, b_parts = body_frames(a), body_frames(b)
    stream = (
        fragment(1, BEGIN, a_parts[0])
        + fragment(-1, BEGIN, b_parts[0])
        + c
        + fragment(-1, MIDDLE, b_parts[1])
        + fragment(1, MIDDLE, a_parts[1])
        + fragment(1, END, a_parts[2])
        + fragment(-1, END, b_parts[2])
    )
    feed_all_ways(frames.FrameReader, stream, [c, a, b])


def test_an_id_may_be_used_again(frames: ModuleType):
    whole = message(b"one")
    parts = body_frames(whole)
    stream = fragment(1, BEGIN, parts[0]) + fragment(1, END, parts[1])
    assert taken(frames.FrameReader().feed(stream * 3)) == [whole] * 3


def test_a_large_message_in_fragments(frames: ModuleType):
    whole = message(b"x" * LARGE, b"y" * 2 * DIRECT, b"z")
    parts = body_frames(whole)
    stream = b"".join(
        fragment(1, flags, part)
        for flags, part in zip([BEGIN, MIDDLE, MIDDLE, END], parts, strict=True)
    )
    for chunk in (1000, 10**9):
        reader = frames.FrameReader()
        (found,) = drive(reader, stream, chunk)
        assert isinstance(found, memoryview)
        assert found == whole
        assert reader.buffered_bytes == 0


@pytest.mark.parametrize(
    ("stream", "reason"),
    [
        (fragment(5, MIDDLE, frame(b"x" * 20)), "fragment 5, which never began"),
        (fragment(5, END, frame(b"x" * 20)), "fragment 5, which never began"),
        (fragment(5, BEGIN, frame(b"x" * 20, 0xC000)) * 2, "fragment 5 begins twice"),
        (
            fragment(1, BEGIN, frame(b"x" * 20, 0xC000))
            + fragment(1, END, frame(b"y"))
            + fragment(1, END, frame(b"y")),
            "fragment 1, which never began",
        ),
        (frame(b"x" * 8, BEGIN | 0x2000), "without a frame"),
        (frame(b"x" * 7, BEGIN) + frame(flags=0x2000), "frame of 13 bytes, not 14"),
        (frame(b"x" * 9, BEGIN) + frame(flags=0x2000), "frame of 15 bytes, not 14"),
        (frame(b"", BEGIN | 0x2000), "frame of 6 bytes, not 14"),
        (
            fragment(1, BEGIN, frame(pack("<q", 2), BEGIN)) + fragment(1, END, frame(b"x" * 20)),
            "a fragment inside a fragment",
        ),
        (
            fragment(1, BEGIN, frame(b"x", 0xC000)) + fragment(1, END, frame(b"y")),
            "no room for type",
        ),
    ],
)
def test_what_is_wrong_with_fragments_is_said(frames: ModuleType, stream: bytes, reason: str):
    for chunks in ([stream], [stream[index : index + 1] for index in range(len(stream))]):
        with pytest.raises(ProtocolError, match=reason):
            feed(frames.FrameReader(), chunks)


def test_there_are_not_too_many_unfinished_fragments(frames: ModuleType):
    head = frame(bytes(13), 0xC000)
    reader = frames.FrameReader()
    for fragment_id in range(1024):
        assert reader.feed(fragment(fragment_id, BEGIN, head)) == []
    # Those that are there go on, and make room for others.
    assert len(reader.feed(fragment(5, END, frame(b"x")))) == 1
    reader.feed(fragment(5, BEGIN, head))
    with pytest.raises(ProtocolError, match="more than 1024 fragmented messages"):
        reader.feed(fragment(1024, BEGIN, head))


def test_fragments_together_have_a_limit(frames: ModuleType):
    whole = message(b"x" * 200, b"y" * 300)
    parts = body_frames(whole)
    pieces = [
        fragment(1, BEGIN, parts[0] + parts[1]),
        fragment(1, END, parts[2]),
    ]
    assert taken(frames.FrameReader(len(whole)).feed(b"".join(pieces))) == [whole]
    reader = frames.FrameReader(len(whole) - 1)
    reader.feed(pieces[0])
    with pytest.raises(ProtocolError, match=f"at least {len(whole)} bytes is over the limit"):
        reader.feed(pieces[1])


def test_unfinished_messages_share_the_limit(frames: ModuleType):
    """Else a peer could have a thousand times the limit held."""
    reader = frames.FrameReader(1000)
    body = frame(bytes(494), 0xC000)
    reader.feed(fragment(1, BEGIN, body))
    reader.feed(fragment(2, BEGIN, body))
    assert reader.buffered_bytes == 1000
    with pytest.raises(ProtocolError, match="over the limit"):
        reader.feed(fragment(3, BEGIN, frame(bytes(13), 0xC000)))


# -- fragments, made ------------------------------------------------------------------------------


@given(small_messages(), st.integers(-(2**63), 2**63 - 1), st.integers(-10, 300))
@example(message(b"x" * 10), 1, 14)
@example(message(b"x" * 10), 1, 0)
def test_what_is_split_is_put_together_again(
    frames: ModuleType, whole: bytes, fragment_id: int, max_bytes: int
):
    pieces = frames.fragments(whole, fragment_id, max_bytes)
    reader = frames.FrameReader()
    for piece in pieces[:-1]:
        assert reader.feed(bytes(piece)) == []
    assert taken(reader.feed(bytes(pieces[-1]))) == [whole]
    assert reader.buffered_bytes == 0


@given(small_messages(), st.integers(-10, 300))
def test_fragments_are_as_small_as_asked_unless_a_frame_is_larger(
    frames: ModuleType, whole: bytes, max_bytes: int
):
    pieces = frames.fragments(whole, 1, max_bytes)
    if len(pieces) == 1:
        assert pieces == [whole]
        assert len(whole) <= max_bytes or len(body_frames(whole)) == 1
        return
    for piece in pieces:
        _, first, *_, _ = edges(bytes(piece))
        assert first == 14
        assert len(piece) <= max_bytes or len(list(edges(bytes(piece)))) == 3
    # None of them could have taken the first frame of the next.
    for piece, after in itertools.pairwise(pieces):
        first_frame = int.from_bytes(bytes(after)[14:18], "little")
        assert len(piece) + first_frame > max_bytes


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_any_buffer_is_split_and_left_as_it_is(frames: ModuleType, kind: type):
    whole = message(b"x" * 50, b"y" * 50)
    given_buffer = kind(whole)
    pieces = frames.fragments(given_buffer, 9, 60)
    assert len(pieces) == 3
    assert given_buffer == whole
    assert feed(frames.FrameReader(), map(bytes, pieces)) == [whole]


def test_the_flags_of_fragments(frames: ModuleType):
    pieces = frames.fragments(message(b"x" * 50, b"y" * 50), 9, 60)
    heads = [bytes(piece)[:14] for piece in pieces]
    assert heads == [pack("<iHq", 14, flags, 9) for flags in (0x8000, 0, 0x4000)]


@given(st.lists(small_messages(), min_size=1, max_size=4), st.integers(20, 100), st.randoms())
def test_pieces_of_several_messages_in_any_order_of_theirs(
    frames: ModuleType, many: list[bytes], max_bytes: int, random: Any
):
    queues = [list(frames.fragments(whole, number, max_bytes)) for number, whole in enumerate(many)]
    reader = frames.FrameReader()
    found = []
    while any(queues):
        queue = random.choice([one for one in queues if one])
        found += taken(reader.feed(bytes(queue.pop(0))))
    assert sorted(found) == sorted(many)
    assert reader.buffered_bytes == 0


# -- compiled and pure ----------------------------------------------------------------------------


def told(frames: ModuleType, chunks: list[bytes], limit: int) -> list[object]:
    """Everything that a reader says to some chunks."""
    reader = frames.FrameReader(limit)
    said: list[object] = []
    try:
        for chunk in chunks:
            said.append([(type(one), bytes(one)) for one in reader.feed(chunk)])
            said.append(reader.buffered_bytes)
            with reader.wanted() or memoryview(b"") as view:
                said.append(len(view))
    except ProtocolError as error:
        said.append(str(error))
    return said


streams = st.one_of(
    st.binary(max_size=200),
    st.lists(near_frames, max_size=12).map(b"".join),
    st.lists(small_messages(), max_size=6).map(b"".join),
    st.tuples(small_messages(), st.integers(15, 60)).map(
        lambda drawn: b"".join(map(bytes, PURE.fragments(drawn[0], 3, drawn[1])))
    ),
)


@pytest.mark.skipif(COMPILED is None, reason="the leaf is not compiled")
@given(streams, st.lists(st.integers(0, 60), max_size=10), st.sampled_from([100, 10**9]))
@example(message(b"x" * 300_000, b"y" * 200_000, b"z"), [40, 100_000, 250_000], 10**9)
@example(message(b"x" * 300_000), [40], 300_000)
def test_compiled_says_what_pure_says(stream: bytes, sizes: list[int], limit: int):
    chunks = list(cut(stream, sizes))
    assert told(loaded, chunks, limit) == told(PURE, chunks, limit)


@pytest.mark.skipif(COMPILED is None, reason="the leaf is not compiled")
@given(small_messages(), st.integers(-(2**63), 2**63 - 1), st.integers(-10, 300))
def test_compiled_splits_as_pure_does(whole: bytes, fragment_id: int, max_bytes: int):
    assert loaded.fragments(whole, fragment_id, max_bytes) == PURE.fragments(
        whole, fragment_id, max_bytes
    )
