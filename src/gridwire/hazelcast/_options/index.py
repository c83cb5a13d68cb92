# SPDX-License-Identifier: Apache-2.0
"""The description of an index of a map."""

from __future__ import annotations

from typing import Any

from gridwire.hazelcast._options.enums import IndexType, QueryConstants, UniqueKeyTransformation
from gridwire.hazelcast._options.option import Option, OptionGroup
from gridwire.hazelcast._options.rules import Rule, member_of, optional, text

__all__ = ["MAX_INDEX_ATTRIBUTES", "BitmapIndexOptions", "IndexConfig"]

MAX_INDEX_ATTRIBUTES = 255
"""Attributes of one index; members allow no more."""


def _attribute(name: str, value: Any) -> str:
    if value is None:
        raise AssertionError(f"{name} cannot be None")
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a string, not {type(value).__name__}")
    bare = value.strip()
    if not bare:
        raise ValueError(f"{name} cannot be empty")
    if bare.endswith("."):
        raise ValueError(f"{name} cannot end with a dot: {value!r}")
    return value


def _attributes(name: str, value: Any) -> list[str]:
    if not isinstance(value, list):
        raise TypeError(f"{name} must be a list, not {type(value).__name__}")
    return [_attribute("The name of an attribute", each) for each in value]


def _unique_key(name: str, value: Any) -> str:
    if isinstance(value, str) and value in QueryConstants.__members__:
        return QueryConstants[value].value
    return str(_attribute(name, value))


def _bitmap(name: str, value: Any) -> BitmapIndexOptions:
    if isinstance(value, BitmapIndexOptions):
        return value
    if isinstance(value, dict):
        return BitmapIndexOptions.from_dict(value)
    raise TypeError(f"{name} must be a dict or BitmapIndexOptions, not {type(value).__name__}")


class BitmapIndexOptions(OptionGroup):
    """What only bitmap indexes have.

    Args:
        unique_key: see the option.
        unique_key_transformation: see the option.
    """

    __slots__ = ()
    _called = "option of a bitmap index"

    unique_key = Option(
        QueryConstants.KEY_ATTRIBUTE_NAME.value,
        Rule[str, str](_unique_key, "the name of an attribute, or of a member of QueryConstants"),
        "The attribute that tells entries apart.",
    )
    unique_key_transformation = Option(
        UniqueKeyTransformation.OBJECT,
        member_of(UniqueKeyTransformation),
        "How that attribute becomes a number.",
    )

    def __init__(
        self,
        unique_key: str | None = None,
        unique_key_transformation: UniqueKeyTransformation | int | str | None = None,
    ) -> None:
        super().__init__()
        if unique_key is not None:
            self.unique_key = unique_key
        if unique_key_transformation is not None:
            self.unique_key_transformation = unique_key_transformation


class IndexConfig(OptionGroup):
    """An index.

    Args:
        name: see the option.
        type: see the option.
        attributes: see the option.
        bitmap_index_options: see the option.
    """

    __slots__ = ()
    _called = "option of an index"
    _skips_none = True

    name = Option(None, optional(text()), "Of the index; None means one made of what it indexes.")
    type = Option(IndexType.SORTED, member_of(IndexType), "What it is good for.")
    attributes = Option(
        [],
        Rule[list[str], list[str]](_attributes, "a list of names"),
        f"What is indexed, at most {MAX_INDEX_ATTRIBUTES} attributes.",
    )
    bitmap_index_options = Option(
        BitmapIndexOptions(),
        Rule["BitmapIndexOptions", "BitmapIndexOptions | dict[str, Any]"](
            _bitmap, "BitmapIndexOptions or a dict"
        ),
        "What only bitmap indexes have.",
    )

    def __init__(
        self,
        name: str | None = None,
        type: IndexType | int | str | None = None,
        attributes: list[str] | None = None,
        bitmap_index_options: BitmapIndexOptions | dict[str, Any] | None = None,
    ) -> None:
        super().__init__()
        given = {
            "name": name,
            "type": type,
            "attributes": attributes,
            "bitmap_index_options": bitmap_index_options or BitmapIndexOptions(),
        }
        for option, value in given.items():
            if value is not None:
                setattr(self, option, value)

    def add_attribute(self, attribute: str) -> None:
        """Add one attribute.

        Args:
            attribute: its name.

        Raises:
            ValueError: the name is empty or ends with a dot.
        """
        self.attributes = [*self.attributes, attribute]

    def normalized(self, map_name: str) -> IndexConfig:
        """Bring it into the form that members expect.

        Args:
            map_name: the map that gets the index; the name of the index may be made of it.

        Returns:
            Another description: with a name, and attributes without white space and ``this.``.

        Raises:
            ValueError: it has no attributes, too many, one twice, or several in a bitmap index.
        """
        attributes = [_canonical(each) for each in self.attributes]
        if not attributes:
            raise ValueError("An index needs at least one attribute")
        if len(attributes) > MAX_INDEX_ATTRIBUTES:
            raise ValueError(f"An index has at most {MAX_INDEX_ATTRIBUTES} attributes")
        if self.type is IndexType.BITMAP and len(attributes) > 1:
            raise ValueError("A bitmap index has one attribute")
        if len(set(attributes)) < len(attributes):
            twice = next(each for each in attributes if attributes.count(each) > 1)
            raise ValueError(f"The attribute {twice!r} is in the index twice")
        name = self.name
        if name is None or not name.strip():
            name = "_".join([map_name, self.type.name.lower(), *attributes])
        bitmap = self.bitmap_index_options
        return IndexConfig(
            name,
            self.type,
            attributes,
            BitmapIndexOptions(_canonical(bitmap.unique_key), bitmap.unique_key_transformation),
        )


def _canonical(attribute: str) -> str:
    return attribute.strip().removeprefix("this.")
