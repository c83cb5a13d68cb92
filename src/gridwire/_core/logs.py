# SPDX-License-Identifier: Apache-2.0
"""Log lines of one client: each says in fields whose it is, and a storm of one line is thinned out.

Fields are attributes of the record, so that a formatter can write them as they are. Their names
are those of `FIELDS`; none of them is an attribute that a record has anyway.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, MutableMapping
from types import MappingProxyType
from typing import Any

from gridwire.errors import GridwireError

__all__ = ["FIELDS", "SAME_LINE_SECONDS", "ClientLog", "SparingLog", "advised", "reason_of"]

FIELDS = MappingProxyType(
    {
        "client": "Name of the client.",
        "cluster": "Name of the cluster that it looks for.",
        "member": "UUID of the member, or name of the node, that the line is about.",
        "address": "Its address, as `host:port`.",
        "operation": "The operation, as errors name it.",
        "reason": "Why it happened.",
        "count": "How many things the line is about.",
        "suppressed": "How many lines like this one were left out before it.",
    }
)
"""Name to meaning."""

SAME_LINE_SECONDS = 10.0
"""Of a line that may come in storms, one is written in so many seconds, and the others counted."""

_MAX_REMEMBERED = 256
"""Lines that are remembered, each with its member and address; the oldest is forgotten first."""


def reason_of(error: BaseException) -> str:
    """What an error says, in one line, to be quoted; its type when it says nothing.

    Not what became of a request, nor what to do: whoever reads it asks about something else.
    """
    text = error.statement if isinstance(error, GridwireError) else str(error)
    lines = filter(None, map(str.strip, text.splitlines()))
    return " ".join(lines) or type(error).__name__


def advised(error: BaseException) -> str:
    """The same, and what to do: for an error that nobody else is told of."""
    reason = reason_of(error)
    hint = error.hint if isinstance(error, GridwireError) else None
    return f"{reason.rstrip('.')}. {hint}" if hint else reason


class ClientLog(logging.LoggerAdapter[logging.Logger]):
    """A logger whose lines say which client they come from.

    Its methods are those of every logger, and take fields by keyword::

        log.warning("connection lost: %s", error, member=uuid, address=address)

    Args:
        logger: where lines go.
        now: the clock that storms are measured by, in seconds.
        fields: that every line has.
    """

    def __init__(
        self, logger: logging.Logger, now: Callable[[], float], fields: Mapping[str, object]
    ) -> None:
        super().__init__(logger, dict(fields))
        self._now = now
        self.sparing = SparingLog(self)

    @property
    def now(self) -> Callable[[], float]:
        """The clock."""
        return self._now

    def within(self, name: str) -> ClientLog:
        """The same, with lines that go to a logger below the same parent.

        Args:
            name: the last part of that logger's name.
        """
        parent = self.logger.name.rpartition(".")[0]
        return ClientLog(logging.getLogger(f"{parent}.{name}"), self._now, self.extra or {})

    def process(
        self, msg: object, kwargs: MutableMapping[str, Any]
    ) -> tuple[object, MutableMapping[str, Any]]:
        """Put fields where a record takes them from."""
        fields: dict[str, object] = dict(self.extra or {})
        fields.update(kwargs.pop("extra", None) or {})
        for name in FIELDS:
            value = kwargs.pop(name, None)
            if value is not None:
                fields[name] = value if isinstance(value, int | float) else str(value)
        kwargs["extra"] = fields
        return msg, kwargs


class SparingLog(logging.LoggerAdapter[logging.Logger]):
    """Writes the first of equal lines at once, then one in `SAME_LINE_SECONDS`.

    Lines are equal when their text, before arguments are put in, their member and their address
    are. The next one that is written says how many were left out.

    Args:
        log: writes what is to be written.
    """

    def __init__(self, log: ClientLog) -> None:
        super().__init__(log.logger, {})
        self._writer = log
        # What was written to when, and how many were left out since.
        self._lines: dict[tuple[object, ...], list[float]] = {}

    def log(self, level: int, msg: object, *args: object, **kwargs: Any) -> None:
        """See `logging.Logger.log`."""
        if not self.isEnabledFor(level):
            return
        about = {**(kwargs.get("extra") or {}), **kwargs}
        key = (level, msg, str(about.get("member")), str(about.get("address")))
        now = self._writer.now()
        line = self._lines.get(key)
        if line is not None and now - line[0] < SAME_LINE_SECONDS:
            line[1] += 1
            return
        self._lines.pop(key, None)
        # In one step, since other threads write lines too.
        for oldest in list(self._lines)[: len(self._lines) - _MAX_REMEMBERED + 1]:
            self._lines.pop(oldest, None)
        self._lines[key] = [now, 0.0]
        if line is not None and line[1]:
            kwargs["suppressed"] = int(line[1])
            msg = f"{msg} (and {int(line[1])} more like it)"
        # The caller of this method is the one to be named.
        kwargs["stacklevel"] = kwargs.get("stacklevel", 1) + 1
        self._writer.log(level, msg, *args, **kwargs)
