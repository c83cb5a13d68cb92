# SPDX-License-Identifier: Apache-2.0
"""Indexes: checked as members check them, and then of no consequence.

An index changes how fast a query is, not what it finds (but for oddities of values of several
kinds), so a test cluster has no need to keep one.
"""

from __future__ import annotations

from typing import Any

from gridwire.testing._hazelcast.refusals import StackFrame, illegal_argument, null_pointer

__all__ = ["MAX_ATTRIBUTES", "check_index"]

MAX_ATTRIBUTES = 255
"""Attributes of one index, the limit that members have."""

_TYPES = ("SORTED", "HASH", "BITMAP")
_TRANSFORMATIONS = range(3)
_BITMAP = 2
_UTILS = ("com.hazelcast.query.impl.IndexUtils", "validateAndNormalize", "IndexUtils.java")
_WHERE = StackFrame(*_UTILS, 75)
_ATTRIBUTE = StackFrame(_UTILS[0], "validateAttribute", _UTILS[2], 202)
_REQUIRED = StackFrame("java.util.Objects", "requireNonNull", "Objects.java", 235)
_TRANSFORMATION = StackFrame(
    "com.hazelcast.config.BitmapIndexOptions$UniqueKeyTransformation",
    "fromId",
    "BitmapIndexOptions.java",
    118,
)


def check_index(config: Any) -> None:
    """Check the configuration of an index.

    Args:
        config: as the protocol carries it.

    Raises:
        Refusal: a member does not make such an index.
    """
    options = config.bitmap_index_options
    if options is not None and options.unique_key_transformation not in _TRANSFORMATIONS:
        message = f"unexpected unique key transformation id: {options.unique_key_transformation}"
        raise illegal_argument(message, _TRANSFORMATION)
    if not 0 <= config.type < len(_TYPES):
        raise null_pointer("Index type cannot be null.", _REQUIRED)
    attributes = config.attributes
    for attribute in attributes:
        _check_attribute(attribute)
    if not attributes:
        raise _wrong("Index must have at least one attribute: {}", config)
    if len(attributes) > MAX_ATTRIBUTES:
        raise _wrong(f"Index cannot have more than {MAX_ATTRIBUTES} attributes: {{}}", config)
    if config.type == _BITMAP and len(attributes) > 1:
        raise _wrong("Composite bitmap indexes are not supported: {}", config)
    _check_distinct(config)
    if config.type == _BITMAP and options is not None:
        _check_attribute(options.unique_key)


def _check_attribute(attribute: str) -> None:
    name = attribute.strip()
    if not name:
        raise illegal_argument("Attribute name cannot be empty.", _ATTRIBUTE)
    if name.endswith("."):
        raise illegal_argument(f"Attribute name cannot end with dot: {attribute}", _ATTRIBUTE)


def _check_distinct(config: Any) -> None:
    seen: dict[str, str] = {}
    for attribute in config.attributes:
        name = attribute.strip().removeprefix("this.")
        if name not in seen:
            seen[name] = attribute
            continue
        first = seen[name]
        if first == attribute:
            found = f"Duplicate attribute name [attributeName={attribute}, indexConfig={{}}]"
        else:
            found = (
                f"Duplicate attribute names [attributeName1={first}, "
                f"attributeName2={attribute}, indexConfig={{}}]"
            )
        raise _wrong(found, config)


def _wrong(message: str, config: Any) -> Exception:
    """An error that shows the whole configuration, as Java writes it."""
    listed = ", ".join(config.attributes)
    shown = f"IndexConfig{{name={config.name or 'null'}, type={_TYPES[config.type]}, "
    return illegal_argument(message.replace("{}", f"{shown}attributes=[{listed}]}}"), _WHERE)
