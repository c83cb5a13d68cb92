# SPDX-License-Identifier: Apache-2.0
"""Pages of SQL rows: what old and new members send, and what nobody should."""

from __future__ import annotations

import struct
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from struct import pack_into, unpack_from

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwire.hazelcast.protocol import sql_page
from gridwire.hazelcast.protocol.errors import ProtocolError
from gridwire.hazelcast.protocol.messages import sql
from gridwire.hazelcast.protocol.sql_columns import MAX_DECIMAL_BYTES, UnrepresentableValueError
from gridwire.hazelcast.protocol.sql_page import SqlPage

BEGIN, END, NULL = 0x1000, 0x0800, 0x0400
BIGINT, DECIMAL, DATE, TIME, TIMESTAMP, WITH_ZONE, NULL_COLUMN = 5, 6, 9, 10, 11, 12, 14
ALL_NULL, NONE_NULL, SOME_NULL = 1, 2, 3


def read(message, reply):
    """What a reply to this kind of request means, made by hand and so without its type."""
    if len(reply) < 10 or unpack_from("<i", reply, 6)[0] != 0:
        return message.decode_response(reply)
    typed = bytearray(reply)
    pack_into("<i", typed, 6, message.response_type)
    return message.decode_response(bytes(typed))


def frame(content=b"", flags=0):
    return struct.pack("<IH", 6 + len(content), flags) + content


def page(types, *columns, rest=b""):
    """The response to a fetch, with columns as their frames."""
    ids = struct.pack(f"<{len(types)}i", *types)
    body = frame(b"\x01") + frame(ids) + b"".join(columns) + rest
    return (
        frame(bytes(13), 0xC000)
        + frame(flags=BEGIN)
        + body
        + frame(flags=END)
        + frame(flags=NULL | 0x2000)
    )


def fixed(kind, count, body=b""):
    return frame(struct.pack("<bi", kind, count) + body)


def rows(encoded):
    decoded = read(sql.FETCH, encoded).row_page
    assert isinstance(decoded, SqlPage)
    assert decoded.is_last is True
    return decoded.columns


def test_a_column_may_have_nulls_among_its_values():
    values = [None if each % 3 else each for each in range(20)]
    masks = [0b01001001, 0b10010010, 0b00000100]
    body = b""
    for group, mask in enumerate(masks):
        present = [each for each in values[group * 8 : group * 8 + 8] if each is not None]
        body += bytes([mask]) + struct.pack(f"<{len(present)}q", *present)
    assert rows(page([BIGINT], fixed(SOME_NULL, 20, body))) == [values]
    encoded = sql.FETCH.encode_response(0, 0, SqlPage(True, [BIGINT], [values]), None)
    assert bytes(encoded)[:4] == page([BIGINT], fixed(SOME_NULL, 20, body))[:4]
    assert fixed(SOME_NULL, 20, body) in bytes(encoded)


def test_dates_and_times_are_those_of_python():
    clock = struct.pack("<bbbi", 23, 59, 58, 123_456_789)
    day = struct.pack("<ibb", 2024, 2, 29)
    columns = rows(
        page(
            [DATE, TIME, TIMESTAMP, WITH_ZONE],
            fixed(NONE_NULL, 1, day),
            fixed(NONE_NULL, 1, clock),
            fixed(NONE_NULL, 1, day + clock),
            fixed(NONE_NULL, 1, day + clock + struct.pack("<i", -3600)),
        )
    )
    local = datetime(2024, 2, 29, 23, 59, 58, 123_456)  # noqa: DTZ001 - SQL's TIMESTAMP has no zone
    zone = timezone(timedelta(hours=-1))
    assert columns == [
        [date(2024, 2, 29)],
        [time(23, 59, 58, 123_456)],
        [local],
        [local.replace(tzinfo=zone)],
    ]
    assert columns[3][0].utcoffset() == timedelta(hours=-1)


def test_members_before_5_0_write_a_year_in_two_bytes():
    day = struct.pack("<hbb", 2021, 5, 6)
    clock = struct.pack("<bbbi", 1, 2, 3, 4000)
    local = datetime(2021, 5, 6, 1, 2, 3, 4)  # noqa: DTZ001 - SQL's TIMESTAMP has no zone
    assert rows(page([DATE], fixed(NONE_NULL, 3, day * 3))) == [[date(2021, 5, 6)] * 3]
    assert rows(page([DATE], fixed(SOME_NULL, 2, b"\x02" + day))) == [[None, date(2021, 5, 6)]]
    assert rows(page([TIMESTAMP], fixed(NONE_NULL, 1, day + clock))) == [[local]]
    zoned = day + clock + struct.pack("<i", 0)
    assert rows(page([WITH_ZONE], fixed(NONE_NULL, 1, zoned))) == [
        [local.replace(tzinfo=timezone.utc)]  # noqa: UP017 - as the decoder makes it
    ]


@pytest.mark.parametrize("year", [0, -1, 10_000, 1 << 30])
@pytest.mark.parametrize(("type_id", "rest"), [(DATE, b""), (TIMESTAMP, bytes(7))])
def test_a_year_that_python_does_not_have_is_an_error_of_its_own(year, type_id, rest):
    column = fixed(NONE_NULL, 1, struct.pack("<ibb", year, 1, 1) + rest)
    with pytest.raises(UnrepresentableValueError, match=f"the year {year} is outside"):
        rows(page([type_id], column))


@pytest.mark.parametrize(
    ("type_id", "body"),
    [
        (DATE, struct.pack("<ibb", 2024, 13, 1)),
        (DATE, struct.pack("<ibb", 2023, 2, 29)),
        (TIME, struct.pack("<bbbi", 24, 0, 0, 0)),
        (TIME, struct.pack("<bbbi", 0, 0, 0, -1)),
        (TIME, struct.pack("<bbbi", 0, 0, 0, 1_000_000_000)),
        (WITH_ZONE, struct.pack("<ibbbbbii", 2024, 1, 1, 0, 0, 0, 0, 86_400)),
        (WITH_ZONE, struct.pack("<ibbbbbii", 2024, 1, 1, 0, 0, 0, 0, -(1 << 31))),
    ],
)
def test_a_date_or_time_that_does_not_exist_is_refused(type_id, body):
    with pytest.raises(ProtocolError, match="SQL column of type"):
        rows(page([type_id], fixed(NONE_NULL, 1, body)))


@pytest.mark.parametrize(
    ("text", "unscaled", "scale"),
    [
        ("1.5", "0f", 1),
        ("-1.25", "83", 2),
        ("-128", "80", 0),
        ("128", "0080", 0),
        ("0", "00", 0),
        ("1E+3", "01", -3),
        ("0.00", "00", 2),
    ],
)
def test_decimals_are_exact(text, unscaled, scale):
    body = bytes.fromhex(unscaled)
    content = struct.pack("<i", len(body)) + body + struct.pack("<i", scale)
    column = frame(flags=BEGIN) + frame(content) + frame(flags=NULL) + frame(flags=END)
    values = rows(page([DECIMAL], column))[0]
    assert [str(values[0]), values[1]] == [text, None]
    encoded = sql.FETCH.encode_response(0, 0, SqlPage(True, [DECIMAL], [values]), None)
    assert frame(content) in bytes(encoded)


def test_long_decimals_are_exact_up_to_a_limit():
    column = [Decimal(10) ** 5000, Decimal(f"-0.{'7' * 6000}")]
    encoded = bytes(sql.FETCH.encode_response(0, 0, SqlPage(True, [DECIMAL], [column]), None))
    assert rows(encoded)[0][1] == column[1]
    size = MAX_DECIMAL_BYTES + 1
    content = struct.pack("<i", size) + bytes(size) + struct.pack("<i", 0)
    with pytest.raises(ProtocolError, match="MAX_DECIMAL_BYTES"):
        rows(page([DECIMAL], frame(flags=BEGIN) + frame(content) + frame(flags=END)))


@pytest.mark.parametrize("text", ["NaN", "Infinity", "sNaN"])
def test_what_is_no_number_is_not_sent_as_a_decimal(text):
    with pytest.raises(ValueError, match="SQL has no decimal"):
        sql.FETCH.encode_response(0, 0, SqlPage(True, [DECIMAL], [[Decimal(text)]]), None)


def test_an_unknown_column_type_is_refused():
    with pytest.raises(ProtocolError, match="unknown column type 17"):
        rows(page([17], frame()))
    with pytest.raises(ValueError, match="unknown column type 17"):
        sql.FETCH.encode_response(0, 0, SqlPage(True, [17], [[]]), None)


def test_nulls_that_take_no_room_are_limited_over_a_page(monkeypatch):
    monkeypatch.setattr(sql_page, "MAX_FREE_NULLS", 1000)
    column, nulls = fixed(ALL_NULL, 500), frame(struct.pack("<i", 500))
    assert rows(page([NULL_COLUMN, BIGINT], nulls, column)) == [[None] * 500] * 2
    with pytest.raises(ProtocolError, match="MAX_FREE_NULLS"):
        rows(page([NULL_COLUMN, BIGINT, NULL_COLUMN], nulls, column, nulls))
    with pytest.raises(ProtocolError, match="of kind 1 for 500 values"):
        rows(page([BIGINT, NULL_COLUMN, BIGINT], column, nulls, column))


@pytest.mark.parametrize("count", [-1, 1 << 30, (1 << 31) - 1])
@pytest.mark.parametrize("kind", [0, ALL_NULL, NONE_NULL, SOME_NULL, 4])
def test_a_count_is_not_believed(kind, count):
    for type_id in (BIGINT, DATE):
        with pytest.raises(ProtocolError, match="SQL column of type"):
            rows(page([type_id], fixed(kind, count, b"\xff" * 30)))
    with pytest.raises(ProtocolError, match="MAX_FREE_NULLS"):
        rows(page([NULL_COLUMN], frame(struct.pack("<i", count))))


def test_columns_have_equally_many_rows():
    with pytest.raises(ProtocolError, match=r"columns of \[1, 2\] rows"):
        rows(page([BIGINT, BIGINT], fixed(ALL_NULL, 1), fixed(ALL_NULL, 2)))


def test_what_a_newer_member_adds_to_a_page_is_skipped():
    more = frame(b"more") + frame(flags=BEGIN) + frame(flags=END)
    assert rows(page([BIGINT], fixed(ALL_NULL, 1), rest=more)) == [[None]]


def test_a_page_that_ends_too_early_is_refused():
    encoded = page([BIGINT, DECIMAL], fixed(SOME_NULL, 1, b"\x01" + bytes(8)), frame(flags=BEGIN))
    for size in range(len(encoded)):
        with pytest.raises(ProtocolError):
            read(sql.FETCH, encoded[:size])


@given(
    st.lists(st.integers(-1, 17), max_size=3),
    st.lists(
        st.builds(
            frame,
            st.binary(max_size=30)
            | st.builds(
                lambda a, b: bytes([a, 3, 0, 0, 0]) + b,
                *[
                    st.integers(0, 4),
                    st.binary(max_size=60),
                ],
            ),
            st.sampled_from([0, 0, 0, BEGIN, END, NULL]),
        ),
        max_size=6,
    ),
)
def test_columns_of_any_bytes_are_refused_or_read(types, columns):
    try:
        rows(page(types, *columns))
    except (ProtocolError, UnrepresentableValueError):
        pass
