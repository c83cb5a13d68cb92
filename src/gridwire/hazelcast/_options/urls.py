# SPDX-License-Identifier: Apache-2.0
"""What an option that is a URL may be."""

from __future__ import annotations

import re
from typing import Any

from gridwire._core.addresses import parse
from gridwire.errors import AddressSyntaxError
from gridwire.hazelcast._options.rules import Rule, wrong_type

__all__ = ["https_url"]

_BASE_URL = re.compile(r"https://([^/?#@\s]+)((?:/[\w.~-]+)*)/?\Z", re.ASCII)


def https_url() -> Rule[str, str]:
    """The beginning of a URL: a host, perhaps a port, perhaps a path."""

    def check(name: str, value: Any) -> str:
        if not isinstance(value, str):
            raise wrong_type(name, "a string", value)
        match = _BASE_URL.match(value)
        if match is not None:
            try:
                parse(match[1])
            except AddressSyntaxError:
                match = None
        if match is None:
            # It is not shown: people paste URLs with tokens in them.
            raise ValueError(f'{name} is not of the form "https://host", "https://host:port/path"')
        return f"https://{match[1]}{match[2]}"

    return Rule(check, "a URL that begins with https://")
