# SPDX-License-Identifier: Apache-2.0
"""One line of a request of the text protocol, and what can be wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from gridwire.aerospike.protocol.proto import HEADER_BYTES, INFO, frame
from gridwire.testing._aerospike import codes

if TYPE_CHECKING:
    from gridwire.testing._aerospike.namespaces import Namespace
    from gridwire.testing._aerospike.node import Connection, Node

__all__ = [
    "Handler",
    "InfoCall",
    "InfoError",
    "constant",
    "enterprise_only",
    "namespace_of",
    "refused_info",
    "required",
]

_MAX_BYTES = {"namespace": 31, "set": 63, "indexname": 63, "bin": 15}


class InfoError(Exception):
    """A line is answered with an error.

    Args:
        code: result code.
        text: what is wrong.

    Attributes:
        code: as given.
        text: the whole answer.
    """

    def __init__(self, code: int, text: str) -> None:
        super().__init__(code, text)
        self.code = code
        self.text = f"ERROR:{code}:{text}"


class InfoCall(NamedTuple):
    """A line: on which connection it came, its name, and what stands behind it."""

    connection: Connection
    name: str
    argument: str

    @property
    def parameters(self) -> dict[str, str]:
        """An argument of the form ``name=value;name=value``."""
        return dict(part.partition("=")[::2] for part in self.argument.split(";") if part)


Handler = Callable[["Node", InfoCall], str]
"""Gives the value of a line.

Raises:
    InfoError: it is answered with an error.
"""


def constant(value: str) -> Handler:
    """A handler that always says the same."""
    return lambda node, call: value


def enterprise_only(node: Node, call: InfoCall) -> str:
    """A handler for what only the Enterprise Edition has."""
    raise InfoError(codes.ENTERPRISE_ONLY, "enterprise only")


def required(parameters: dict[str, str], name: str) -> str:
    """A parameter that must be there.

    Raises:
        InfoError: it is not, or is too long.
    """
    code = codes.NAMESPACE if name == "namespace" else codes.PARAMETER
    value = parameters.get(name, parameters.get("ns") if name == "namespace" else None)
    if value is None:
        raise InfoError(code, f"missing '{name}'")
    if len(value.encode("utf-8", "surrogateescape")) > _MAX_BYTES.get(name, len(value) * 4):
        raise InfoError(codes.PARAMETER, f"'{name}' value too long")
    return value


def namespace_of(node: Node, name: str) -> Namespace:
    """A namespace by name.

    Raises:
        InfoError: there is none of this name.
    """
    found = node.view.namespaces.get(name.encode("utf-8", "surrogateescape"))
    if found is None:
        raise InfoError(codes.NAMESPACE, "namespace not found on node")
    return found


def refused_info(message: bytes, code: int) -> bytes:
    """The answer to a request all of whose lines are refused.

    Args:
        message: the request with its frame's header.
        code: result code.
    """
    lines = message[HEADER_BYTES:].split(b"\n")[:-1]
    text = InfoError(code, "not allowed").text.encode()
    return frame(INFO, b"".join(line + b"\t" + text + b"\n" for line in lines))
