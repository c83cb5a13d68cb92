# SPDX-License-Identifier: Apache-2.0
"""A page of SQL rows, which travels column by column.

Columns of fixed-size values have a compact frame in which nulls take no room (see `sql_columns`);
the others are lists of frames. Values are plain Python: times are cut to microseconds, an `OBJECT`
stays serialized, a `JSON` value is a `HazelcastJsonValue` structure, a `ROW` is its text.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, NamedTuple

from gridwire.hazelcast.protocol.errors import ProtocolError
from gridwire.hazelcast.protocol.field_text import misplaced, read_head, skip_to_end
from gridwire.hazelcast.protocol.frames import BEGIN, END, NULL
from gridwire.hazelcast.protocol.notation import parse_shape
from gridwire.hazelcast.protocol.readers import reader
from gridwire.hazelcast.protocol.sql_columns import (
    FIXED_COLUMNS,
    read_decimal,
    read_fixed_column,
    write_decimal,
    write_fixed_column,
)
from gridwire.hazelcast.protocol.writers import writer

if TYPE_CHECKING:
    from gridwire.hazelcast.protocol.frames import Buffer

__all__ = ["MAX_FREE_NULLS", "SqlPage", "read_page", "write_page"]

MAX_FREE_NULLS = 1 << 24
"""How many nulls a page may announce by a count alone, over all its columns.

A column of nulls is a number on the wire and a list in memory, so a few bytes could ask for any
amount of memory. Pages have as many rows as the cursor buffer of the query, 4096 by default; this
allows 16 million such cells, 128 MiB.
"""

_SPECIAL = BEGIN | END | NULL
_HEAD = struct.Struct("<IH").pack
_INT32 = struct.Struct("<i")

_DECIMAL = 6
_NULL_COLUMN = 14
_TYPES = parse_shape("List[int]")
# Column types whose values are frames: VARCHAR, OBJECT, JSON and ROW (as text).
_FRAMED_COLUMNS = {
    0: parse_shape("List[String?]"),
    13: parse_shape("List[Data?]"),
    15: parse_shape("List[HazelcastJsonValue?]"),
    16: parse_shape("List[String?]"),
}
_DECIMALS = parse_shape("List[byteArray?]")


class SqlPage(NamedTuple):
    """Some rows of the result of a query.

    Attributes:
        is_last: whether there are no more rows.
        column_types: the type id of each column.
        columns: the values of each column, all equally many; None is SQL's NULL.
    """

    is_last: bool
    column_types: list[int]
    columns: list[list[Any]]


def read_page(buf: Buffer, pos: int, limit: int) -> tuple[SqlPage, int]:
    """Read a page.

    Args:
        buf: the message.
        pos: position of the frame that begins the page.
        limit: end of the message.

    Returns:
        The page and the position after it.

    Raises:
        ProtocolError: the bytes are not a page.
        UnrepresentableValueError: a date or time is beyond what Python has.
    """
    length, flags = read_head(buf, pos)
    if flags & _SPECIAL != BEGIN or length < 6:
        raise misplaced("SqlPage", length, flags)
    last, pos = _content(buf, pos + length, limit, 1)
    types, pos = reader(_TYPES)(buf, pos, limit)
    columns: list[list[Any]] = []
    free_nulls = MAX_FREE_NULLS
    for type_id in types:
        column, pos, free_nulls = _read_column(type_id, buf, pos, limit, free_nulls)
        columns.append(column)
    if len({len(column) for column in columns}) > 1:
        raise ProtocolError(f"SqlPage: columns of {[len(column) for column in columns]} rows")
    return SqlPage(last[0] != 0, types, columns), skip_to_end(buf, pos, limit)


def _read_column(
    type_id: int, buf: Buffer, pos: int, limit: int, free_nulls: int
) -> tuple[list[Any], int, int]:
    """Read a column; also gives how many more nulls without bytes the page may have."""
    framed = _FRAMED_COLUMNS.get(type_id)
    if framed is not None:
        column, pos = reader(framed)(buf, pos, limit)
        return column, pos, free_nulls
    if type_id == _DECIMAL:
        column, pos = reader(_DECIMALS)(buf, pos, limit)
        values = [None if each is None else read_decimal(bytes(each)) for each in column]
        return values, pos, free_nulls
    if type_id == _NULL_COLUMN:
        content, pos = _content(buf, pos, limit, 4)
        (count,) = _INT32.unpack_from(content)
        if not 0 <= count <= free_nulls:
            raise ProtocolError(f"SqlPage: a column of {count} nulls (MAX_FREE_NULLS)")
        return [None] * count, pos, free_nulls - count
    if type_id not in FIXED_COLUMNS:
        raise ProtocolError(f"SqlPage: unknown column type {type_id}")
    content, pos = _content(buf, pos, limit, 5)
    column, free = read_fixed_column(type_id, content, free_nulls)
    return column, pos, free_nulls - free


def _content(buf: Buffer, pos: int, limit: int, least: int) -> tuple[bytes, int]:
    """The content of a plain frame, and the position after it."""
    length, flags = read_head(buf, pos)
    end = pos + length
    if flags & _SPECIAL or length < 6 + least or end > limit:
        raise misplaced("SqlPage", length, flags)
    return bytes(buf[pos + 6 : end]), end


def write_page(out: list[Buffer], page: Any, final: int) -> None:
    """Append the frames of a page to a list of buffers.

    Args:
        out: the list.
        page: an object with the attributes of `SqlPage`.
        final: the flag of the last frame.
    """
    out.append(_HEAD(6, BEGIN) + _HEAD(7, 0) + bytes([bool(page.is_last)]))
    writer(_TYPES)(out, page.column_types, 0)
    for type_id, column in zip(page.column_types, page.columns, strict=True):
        if type_id in _FRAMED_COLUMNS:
            writer(_FRAMED_COLUMNS[type_id])(out, column, 0)
        elif type_id == _DECIMAL:
            values = [None if each is None else write_decimal(each) for each in column]
            writer(_DECIMALS)(out, values, 0)
        else:
            if type_id == _NULL_COLUMN:
                content = _INT32.pack(len(column))
            elif type_id in FIXED_COLUMNS:
                content = write_fixed_column(type_id, column)
            else:
                raise ValueError(f"unknown column type {type_id}")
            out += (_HEAD(6 + len(content), 0), content)
    out.append(_HEAD(6, END | final))
