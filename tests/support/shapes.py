# SPDX-License-Identifier: Apache-2.0
"""Compares plain data with the typed dict that describes it, key by key."""

from __future__ import annotations

from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints, is_typeddict

__all__ = ["assert_shape"]


def assert_shape(data: Any, kind: Any, where: str = "") -> None:
    """Fail unless data has every key of a typed dict, and no other, all of the declared types."""
    if is_typeddict(kind):
        assert isinstance(data, dict), where
        hints = get_type_hints(kind)
        assert set(data) == set(hints), where
        for key, inner in hints.items():
            assert_shape(data[key], inner, f"{where}.{key}")
    elif get_origin(kind) in (Union, UnionType):
        if data is None:
            assert NoneType in get_args(kind), where
        else:
            (inner,) = (one for one in get_args(kind) if one is not NoneType)
            assert_shape(data, inner, where)
    elif get_origin(kind) is list:
        assert isinstance(data, list), where
        for index, one in enumerate(data):
            assert_shape(one, get_args(kind)[0], f"{where}[{index}]")
    elif get_origin(kind) is dict:
        assert isinstance(data, dict), where
        for key, one in data.items():
            assert_shape(key, get_args(kind)[0], where)
            assert_shape(one, get_args(kind)[1], f"{where}[{key!r}]")
    elif kind is float:
        assert type(data) in (int, float), (where, data)
    else:
        assert type(data) is kind, (where, data)
