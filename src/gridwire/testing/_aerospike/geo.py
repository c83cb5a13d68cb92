# SPDX-License-Identifier: Apache-2.0
"""GeoJSON values as a server stores them: checked, points with the cell in which they lie.

Servers divide the sphere into the cells of six faces of a cube, each a quadtree of 30 levels whose
leaves are numbered along a Hilbert curve, and put the number of a point's leaf before its text.
Areas are stored without the cells that would cover them; clients skip cells.
"""

from __future__ import annotations

import json
import math
from typing import Any

from gridwire.testing._aerospike import codes
from gridwire.testing._aerospike.request import Refused

__all__ = ["cell_of", "normalized"]

_HEAD_BYTES = 3
_CELL_BYTES = 8
_AREA = 1

_LEVELS = 30
_LEAVES = 1 << _LEVELS
_SWAPS, _INVERTS = 1, 2

# Along the curve, by orientation: which quarter (two bits, i and j) a position is, and its turn.
_QUARTERS = ((0, 1, 3, 2), (0, 2, 3, 1), (3, 2, 0, 1), (3, 1, 0, 2))
_TURNS = (_SWAPS, 0, 0, _INVERTS | _SWAPS)

_LEAST_RING = 4


def normalized(data: bytes) -> bytes:
    """The bytes of a GeoJSON value as they are stored.

    Args:
        data: as a client sent them: a byte of flags, a count of cells, cells, the text.

    Raises:
        Refused: it is no geometry that a server knows.
    """
    if len(data) < _HEAD_BYTES:
        raise Refused(codes.GEOJSON)
    cells = int.from_bytes(data[1:_HEAD_BYTES], "big")
    text = data[_HEAD_BYTES + _CELL_BYTES * cells :]
    try:
        shape = json.loads(text)
        point = _checked(shape)
    except (ValueError, TypeError, KeyError, IndexError, RecursionError):
        raise Refused(codes.GEOJSON) from None
    if point is None:
        return bytes((_AREA, 0, 0)) + text
    return b"\0\0\1" + cell_of(*point).to_bytes(_CELL_BYTES, "big") + text


def _checked(shape: dict[str, Any]) -> tuple[float, float] | None:
    """The longitude and latitude of a point, None for an area; ValueError for neither."""
    kind = shape["type"]
    if kind == "Feature":
        return _checked(shape["geometry"])
    where = shape["coordinates"]
    if kind == "Point":
        return _position(where)
    if kind == "AeroCircle":
        centre, radius = where
        _position(centre)
        if float(radius) < 0:
            raise ValueError(radius)
    elif kind == "Polygon":
        _polygon(where)
    elif kind == "MultiPolygon":
        for polygon in where:
            _polygon(polygon)
    else:
        raise ValueError(kind)
    return None


def _polygon(rings: list[Any]) -> None:
    for ring in rings:
        corners = [_position(corner) for corner in ring]
        if len(corners) < _LEAST_RING or corners[0] != corners[-1]:
            raise ValueError("a ring ends where it began")


def _position(pair: list[Any]) -> tuple[float, float]:
    longitude, latitude = pair
    if isinstance(longitude, (str, bool)) or isinstance(latitude, (str, bool)):
        raise TypeError("coordinates are numbers")
    longitude, latitude = float(longitude), float(latitude)
    if not (abs(longitude) <= 180 and abs(latitude) <= 90):
        raise ValueError("not on the earth")
    return longitude, latitude


def cell_of(longitude: float, latitude: float) -> int:
    """The number of the leaf cell in which a point lies.

    Args:
        longitude: in degrees.
        latitude: in degrees.
    """
    face, u, v = _face(math.radians(longitude), math.radians(latitude))
    i, j = _leaf(u), _leaf(v)
    turn = face & _SWAPS
    number = face
    for level in range(_LEVELS - 1, -1, -1):
        quarter = (i >> level & 1) << 1 | (j >> level & 1)
        position = _QUARTERS[turn].index(quarter)
        number = number << 2 | position
        turn ^= _TURNS[position]
    return number << 1 | 1


def _face(longitude: float, latitude: float) -> tuple[int, float, float]:
    """The face of the cube before which a point lies, and where on it, from -1 to 1."""
    x = math.cos(latitude) * math.cos(longitude)
    y = math.cos(latitude) * math.sin(longitude)
    z = math.sin(latitude)
    axis = max(range(3), key=lambda index: abs((x, y, z)[index]))
    if axis == 0:
        return (0, y / x, z / x) if x >= 0 else (3, z / x, y / x)
    if axis == 1:
        return (1, -x / y, z / y) if y >= 0 else (4, z / y, -x / y)
    return (2, -x / z, -y / z) if z >= 0 else (5, -y / z, -x / z)


def _leaf(u: float) -> int:
    """The leaf along one axis; the quadratic makes cells near edges as large as others."""
    part = 0.5 * math.sqrt(1 + 3 * u) if u >= 0 else 1 - 0.5 * math.sqrt(1 - 3 * u)
    return max(0, min(_LEAVES - 1, math.floor(_LEAVES * part)))
