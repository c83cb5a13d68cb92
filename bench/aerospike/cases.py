# SPDX-License-Identifier: Apache-2.0
"""What is measured: the catalogue of cases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from bench.aerospike.responder import AT_ONCE, Service
from bench.choosing import choose

__all__ = ["CASES", "PEERS", "QUICK_CASES", "Case", "Operation", "Peer", "Style"]

Style = Literal["sync", "asyncio"]
Operation = Literal["get", "put", "batch_read"]
Peer = Literal["aerospike", "aerospike_py", "aerospike-native"]

PEERS: dict[Peer, tuple[Style, ...]] = {
    "aerospike": ("sync",),
    "aerospike_py": ("sync", "asyncio"),
    "aerospike-native": ("asyncio",),
}
"""Who is compared with, and in which call styles."""


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of work.

    Attributes:
        name: What it is asked for by.
        style: The call style.
        operation: The client's method.
        concurrency: Threads, or calls in flight on the loop.
        rows: How many records one call is about.
        busy: A coroutine on the same loop computes, some milliseconds at a time.
        service: How long the responder works on a request; a real server does as it likes.
    """

    name: str
    style: Style
    operation: Operation
    concurrency: int = 1
    rows: int = 1
    busy: bool = False
    service: Service = AT_ONCE


def _catalogue() -> Iterable[Case]:
    both: tuple[Operation, ...] = ("get", "put")
    levels: tuple[tuple[Style, tuple[int, ...]], ...] = (
        ("sync", (1, 4, 16)),
        ("asyncio", (1, 16, 256)),
    )
    for style, counts in levels:
        for count in counts:
            for operation in both:
                yield Case(f"{style}-{operation}-{count}", style, operation, count)
    for count in (1, 16, 256):
        for operation in both:
            yield Case(f"busy-{operation}-{count}", "asyncio", operation, count, busy=True)
    together, in_turn = Service(1000), Service(1000, serial=True)
    yield Case("served-1ms-256", "asyncio", "get", 256, service=together)
    yield Case("served-1ms-in-turn-256", "asyncio", "get", 256, service=in_turn)
    for style, _ in levels:
        for rows in (10, 100, 1000):
            yield Case(f"batch-{style}-{rows}", style, "batch_read", rows=rows)


CASES = tuple(_catalogue())
"""All cases, in the order in which they are measured."""

QUICK_CASES = choose(["asyncio-*-256", "served-*", "sync-*-1"], CASES)
"""The cases that have a target."""
