# SPDX-License-Identifier: Apache-2.0
"""The roots of every error that gridwire raises; the branch says where to look for the cause.

::

    GridwireError
    ├── UsageError             the program: a call or an option that cannot work as written
    │   ├── AddressSyntaxError     (also ValueError) an address that cannot be read
    │   └── ForeignLoopError       (also RuntimeError) an asyncio client away from its event loop
    ├── ClientClosedError      the program: the client was shut down before or during the call
    ├── AccessDeniedError      the credentials: a server does not let this client in, or do this
    ├── BackpressureError      the load: more is pending than the limits allow
    ├── DeadlineExceededError  the clock (also TimeoutError)
    ├── ConnectionLostError    the network (also ConnectionError)
    └── ProtocolError          the peer (also ValueError): bytes that break the protocol

`gridwire.hazelcast.errors.HazelcastError` and its Aerospike counterpart derive from
`GridwireError`; the errors below those two derive from a branch of this tree as well where one
fits, so that ``except gridwire.errors.DeadlineExceededError`` serves both.
"""

from __future__ import annotations

import pickle
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Self

from gridwire._core.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
    "AccessDeniedError",
    "AddressSyntaxError",
    "BackpressureError",
    "ClientClosedError",
    "ConnectionLostError",
    "DeadlineExceededError",
    "ForeignLoopError",
    "GridwireError",
    "Outcome",
    "ProtocolError",
    "UsageError",
]

# Characters of one fact that the text of an error shows. A fact is a name, a number or an address;
# what is longer got there by accident and would hide the rest.
_MAX_FACT_CHARS = 200

# These come first in the text and in this order; the others follow as they were added.
_LEADING_FACTS = ("operation", "phase", "member", "address", "elapsed", "attempts")


class GridwireError(Exception):
    """The root of all errors of this library.

    An error is a record of facts; its text is made from them when it is printed. It can be
    pickled and copied whole: facts, outcome, hint, notes and the chain of causes.

    Args:
        message: what happened, one sentence.
        outcome: what is known about the effect of the operation; the default of the class if
            `None`.
        hint: the likely cause or the way out, one sentence.
        facts: what is known about the circumstances, by name: ``operation``, ``phase``,
            ``member``, ``address``, ``elapsed`` (seconds), ``attempts`` and others. `None` values
            are left out.

    Attributes:
        message: as given.
        outcome: what the caller may conclude, see `Outcome`; `None` when the error is not about
            one operation.
        hint: as given, or `None`.
    """

    default_outcome: ClassVar[Outcome | None] = None
    """The outcome of errors of this class that are made without one."""

    default_message: ClassVar[str] = ""
    """The text of an error that is raised without one."""
    """The message of errors of this class that are made without one."""

    changes_nothing: bool = False
    """Whether the operation only reads. Then it does not matter whether it was executed, and the
    text does not speak of an outcome that is unknown."""

    message: str
    outcome: Outcome | None
    hint: str | None
    _facts: dict[str, object]

    def __init__(
        self,
        message: str | None = None,
        /,
        *,
        outcome: Outcome | None = None,
        hint: str | None = None,
        **facts: object,
    ) -> None:
        text = self.default_message if message is None else message
        super().__init__(text)
        self.message = text
        self.outcome = self.default_outcome if outcome is None else outcome
        self.hint = hint
        self._facts = {name: value for name, value in facts.items() if value is not None}

    @property
    def facts(self) -> Mapping[str, object]:
        """What is known about the circumstances, read-only; `with_facts` adds to it."""
        return MappingProxyType(self._facts)

    def with_facts(self, **facts: object) -> Self:
        """Add facts to this error, or replace them.

        Args:
            facts: names and values; a value of `None` changes nothing.

        Returns:
            This error, so that ``raise error.with_facts(...)`` reads well.
        """
        self._facts.update({name: value for name, value in facts.items() if value is not None})
        return self

    @property
    def statement(self) -> str:
        """What happened and the facts, without outcome and hint: to quote it in another text.

        The outcome is that of the call that failed so, and whoever reads the other text may have
        made another call.
        """
        text = self.message or type(self).__name__
        shown = ", ".join(self._shown_facts())
        return f"{text} ({shown})" if shown else text

    def __str__(self) -> str:
        sentences = [self.statement]
        outcome = self.outcome
        if outcome is not None and not (self.changes_nothing and outcome is Outcome.UNKNOWN):
            sentences.append(outcome.sentence)
        if self.hint:
            sentences.append(self.hint)
        return " ".join([*map(_ended, sentences[:-1]), sentences[-1]])

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    def _shown_facts(self) -> Iterator[str]:
        """The facts as the text shows them, in its order."""
        facts = self._facts
        for name in _LEADING_FACTS:
            if name in facts:
                yield _shown(name, facts[name])
        for name, value in facts.items():
            if name not in _LEADING_FACTS:
                yield _shown(name, value)

    def __reduce__(self) -> tuple[Any, ...]:
        state = {
            name: _portable(value) for name, value in self.__dict__.items() if name != "_facts"
        }
        state["_facts"] = {name: _portable(value) for name, value in self._facts.items()}
        chain = (_portable_cause(self.__cause__), self.__suppress_context__)
        return _restore, (type(self), self.args), (state, chain)

    def __setstate__(self, state: Any) -> None:
        attributes, (cause, suppress_context) = state
        self.__dict__.update(attributes)
        self.__cause__ = cause
        self.__suppress_context__ = suppress_context

    def __copy__(self) -> Self:
        copied: Self = _restore(type(self), self.args)
        copied.__dict__.update(self.__dict__)
        copied._facts = dict(self._facts)
        if "__notes__" in self.__dict__:
            copied.__notes__ = list(self.__notes__)
        copied.__cause__ = self.__cause__
        copied.__context__ = self.__context__
        copied.__suppress_context__ = self.__suppress_context__
        return copied


class UsageError(GridwireError):
    """A call that cannot work as it is written; it was refused before anything was sent."""

    default_outcome: ClassVar[Outcome | None] = Outcome.NOT_SENT


class AddressSyntaxError(UsageError, ValueError):
    """A text that is not ``host``, ``host:port`` or an IP address."""

    default_outcome: ClassVar[Outcome | None] = None


class ForeignLoopError(UsageError, RuntimeError):
    """An asyncio client was called on another event loop than its own, or in a forked child.

    Its connections are served by its own loop, in the process that made it.
    """

    default_message: ClassVar[str] = (
        "The client belongs to another event loop than this call runs on"
    )


class ClientClosedError(GridwireError):
    """The client is shut down.

    A call that was refused because of that says NOT_SENT; one that was pending may have been
    executed, therefore the outcome is UNKNOWN unless the raiser knows better.
    """

    default_outcome: ClassVar[Outcome | None] = Outcome.UNKNOWN
    default_message = "The client is shut down"


class AccessDeniedError(GridwireError):
    """A server refused the credentials of this client, or what it asked for with them."""

    default_outcome: ClassVar[Outcome | None] = Outcome.REJECTED


class BackpressureError(GridwireError):
    """More operations or bytes are pending than the limits of the client allow."""

    default_outcome: ClassVar[Outcome | None] = Outcome.NOT_SENT


class DeadlineExceededError(GridwireError, TimeoutError):
    """The time for the call was used up; the fact ``phase`` says where it went."""

    default_outcome: ClassVar[Outcome | None] = Outcome.UNKNOWN


class ConnectionLostError(GridwireError, ConnectionError):
    """The connection that carried the operation broke, or there is none."""

    default_outcome: ClassVar[Outcome | None] = Outcome.UNKNOWN


class ProtocolError(GridwireError, ValueError):
    """The peer sent bytes that its protocol does not allow; the connection is closed."""

    default_outcome: ClassVar[Outcome | None] = Outcome.UNKNOWN


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?")) else sentence + "."


def _shown(name: str, value: object) -> str:
    if name == "elapsed" and isinstance(value, int | float):
        return f"elapsed={value:.3g} s"
    text = str(value)
    if len(text) > _MAX_FACT_CHARS:
        text = text[:_MAX_FACT_CHARS] + "..."
    return f"{name}={text}"


def _restore(cls: type[GridwireError], args: tuple[Any, ...]) -> Any:
    """Make an error without its constructor, whose arguments are not known any more."""
    error = cls.__new__(cls)
    error.args = args
    return error


def _portable(value: Any) -> Any:
    """The value when it survives a pickle, else its text: an error must get through whole."""
    try:
        pickle.loads(pickle.dumps(value))  # noqa: S301 - made from our own object, one line ago
    except Exception:  # noqa: BLE001 - pickling runs foreign code, which may raise anything
        return repr(value)
    return value


def _portable_cause(cause: BaseException | None) -> BaseException | None:
    # Ours are portable by themselves; testing them here would pickle a chain 2**n times.
    if cause is None or isinstance(cause, GridwireError):
        return cause
    portable = _portable(cause)
    return portable if isinstance(portable, BaseException) else Exception(portable)
