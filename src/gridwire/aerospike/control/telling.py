# SPDX-License-Identifier: Apache-2.0
"""Whether calls are told to OpenTelemetry: what does it is imported only then."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gridwire.aerospike._options.client_options import ClientOptions
    from gridwire.aerospike.control.asyncio_engine import AsyncioEngine
    from gridwire.aerospike.control.blocking_engine import BlockingEngine
    from gridwire.aerospike.control.told_engines import ToldAsyncioEngine, ToldBlockingEngine

__all__ = ["tell_asyncio", "tell_blocking"]


def tell_asyncio(
    engine: AsyncioEngine, options: ClientOptions, version: str
) -> AsyncioEngine | ToldAsyncioEngine:
    """The engine of a client, told where its options say so.

    Args:
        engine: makes the calls.
        options: of the client.
        version: of this library.

    Raises:
        ValueError: the package that it needs is not installed.
    """
    if options.telemetry is None:
        return engine
    from gridwire._telemetry.extra import needing_it

    with needing_it(_refused):
        from gridwire.aerospike.control.told_engines import ToldAsyncioEngine

    return ToldAsyncioEngine(engine, options.telemetry, version)


def tell_blocking(
    engine: BlockingEngine, options: ClientOptions, version: str
) -> BlockingEngine | ToldBlockingEngine:
    """The same for threads."""
    if options.telemetry is None:
        return engine
    from gridwire._telemetry.extra import needing_it

    with needing_it(_refused):
        from gridwire.aerospike.control.told_engines import ToldBlockingEngine

    return ToldBlockingEngine(engine, options.telemetry, version)


def _refused(text: str, hint: str) -> ValueError:
    return ValueError(f"{text}. {hint}")
