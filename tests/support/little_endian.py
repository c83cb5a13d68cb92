# SPDX-License-Identifier: Apache-2.0
"""Little-endian members: how real ones become so, what they are asked, and what they answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

__all__ = ["LITTLE_ENDIAN", "LittleEndian", "without_reasons"]

LITTLE_ENDIAN = """
  <serialization>
    <use-native-byte-order>false</use-native-byte-order>
    <byte-order>LITTLE_ENDIAN</byte-order>
  </serialization>
"""
"""What a real member's configuration says for it."""


class LittleEndian:
    """A call style, all of whose clients are little-endian."""

    def __init__(self, styles: Any) -> None:
        self._styles = styles

    def client(self, *args: Any, **options: Any) -> Any:
        return self._styles.client(*args, is_big_endian=False, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._styles, name)


def without_reasons(answers: Iterable[Any]) -> dict[str, Any]:
    """Answers by what was asked, and of errors only that they are some.

    In the other byte order keys lie in other partitions; so another entry is the first to fail.
    """
    return {label: "error" if _failed(answer) else answer for label, answer in answers}


def _failed(answer: Any) -> bool:
    return isinstance(answer, list) and answer[:1] == ["error"]
