# SPDX-License-Identifier: Apache-2.0
"""Filter expressions: the constants true and false; all others are not supported by this node."""

from __future__ import annotations

from gridwire.testing._aerospike import codes
from gridwire.testing._aerospike.request import Refused

__all__ = ["check_filter"]

_TRUE, _FALSE = b"\xc3", b"\xc2"
_FIRST_LIST, _LAST_LIST = 0x91, 0x9F


def check_filter(expression: bytes | None) -> None:
    """Go on with a record, or not.

    Args:
        expression: of the request, None without one.

    Raises:
        Refused: it is false, cannot be a filter, or is more than a constant.
    """
    if expression is None or expression == _TRUE:
        return
    if expression == _FALSE:
        raise Refused(codes.FILTERED_OUT)
    is_call = bool(expression) and _FIRST_LIST <= expression[0] <= _LAST_LIST
    raise Refused(codes.UNSUPPORTED if is_call else codes.PARAMETER)
