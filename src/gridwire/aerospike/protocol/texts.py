# SPDX-License-Identifier: Apache-2.0
"""How text becomes bytes and comes back, for names, keys and values alike.

Servers keep bytes, and do not look whether they are UTF-8. Text that is not is read with each such
byte escaped as a lone surrogate, U+DC80 to U+DCFF (PEP 383), and written back as that byte. Any
other lone surrogate stands for no byte: it is refused before anything is sent.
"""

from __future__ import annotations

__all__ = ["decode_text", "encode_text"]


def encode_text(text: str) -> bytes:
    """The bytes of a text; of a subclass as of its base.

    Args:
        text: what to encode.

    Raises:
        UnicodeEncodeError: a lone surrogate is in it that is not an escaped byte.
    """
    try:
        return str.encode(text)
    except UnicodeEncodeError:
        pass
    try:
        return str.encode(text, "utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        error.reason = "a lone surrogate that stands for no byte cannot be stored"
        raise


def decode_text(raw: bytes) -> str:
    """The text of bytes, with escapes where they are no text.

    Args:
        raw: what a server has.
    """
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("utf-8", "surrogateescape")
