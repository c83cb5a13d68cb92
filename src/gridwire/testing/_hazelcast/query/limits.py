# SPDX-License-Identifier: Apache-2.0
"""What a query may ask for: bounds on everything that its sender controls.

Lengths and counts inside a predicate need none: they are compared with the bytes that are left.
"""

from __future__ import annotations

__all__ = [
    "MAX_LIST_DEPTH",
    "MAX_NESTED_PREDICATES",
    "MAX_PATH_STEPS",
    "MAX_PATTERN_CHARS",
    "MAX_RESULT_BYTES",
    "MAX_SQL_CHARS",
    "MAX_SQL_OPERATORS",
]

MAX_NESTED_PREDICATES = 64
"""Predicates inside each other, and steps of a text such as ``not (not (...))``. Each costs some
frames of the interpreter, whose own limit is 1000; real members overflow their stack at some
thousands."""

MAX_SQL_CHARS = 1 << 20
"""Length of the text of an SQL predicate, in characters: an IN list of 100,000 numbers fits."""

MAX_SQL_OPERATORS = 10_000
"""Operators and parentheses in the text of an SQL predicate; joining them takes quadratic time."""

MAX_PATTERN_CHARS = 1 << 14
"""Length of a LIKE pattern or a regular expression, in characters; compiling costs much more than
reading."""

MAX_PATH_STEPS = 256
"""Steps of an attribute path such as ``a.b[0]``."""

MAX_LIST_DEPTH = 64
"""Lists inside each other in an attribute of a program's object, which may hold itself; what lies
deeper is told as an object that compares with nothing."""

MAX_RESULT_BYTES = 1 << 30
"""Keys and values in the result of one query, in bytes: no client reads a longer message. Real
members have no limit unless ``hazelcast.query.result.size.limit`` is set, and run out of memory."""
