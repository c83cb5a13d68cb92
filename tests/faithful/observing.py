# SPDX-License-Identifier: Apache-2.0
"""What a scenario sees: each call of a map becomes a note of what was asked and what came.

A scenario is a function of a `See`. It gets maps from it and calls their methods as a user would;
every call is noted. A note is a line of text, ``get(1) -> 'x'`` or ``get(None) !! AssertionError``,
so that what one client saw can be recorded, read, and compared with what another one sees.
"""

from __future__ import annotations

import hashlib
import re
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from faithful.drivers import Driver, Owner
from faithful.things import classes
from support.call_styles import PATIENCE, Client, Pending

__all__ = ["Build", "EventLog", "Note", "See", "SeenMap", "plain"]

_LONGEST_TEXT = 240
"""Characters of an argument or a result that a note shows; of what is longer, its hash."""

EVENT_PATIENCE = 5.0
"""Seconds until events that have not come are taken for missing."""

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

_FOREVER = 2**63 - 1

UNORDERED = frozenset(
    {
        "key_set",
        "values",
        "entry_set",
        "project",
        "get_all",
        "execute_on_entries",
        "execute_on_keys",
    }
)
"""Methods whose results come in no order that anybody promises."""

EVENT_KINDS = (
    "added",
    "removed",
    "updated",
    "evicted",
    "evict_all",
    "clear_all",
    "merged",
    "expired",
    "loaded",
)


class Note:
    """What came of one step.

    Attributes:
        step: what was asked.
        texts: what came. An error has a text for each of its classes, because clients agree when
            theirs is one of ours.
    """

    def __init__(self, step: str, *texts: str) -> None:
        self.step = step
        self.texts = texts

    @property
    def lines(self) -> list[str]:
        """The texts as they are recorded; the first is the narrowest."""
        return [f"{self.step} {text}" for text in self.texts]

    def __repr__(self) -> str:
        return self.lines[0]


class Build:
    """An argument that the client's own modules make, and how it is written.

    It is made when the call is, so that what it raises is what the call raises.
    """

    def __init__(self, text: str, make: Callable[[], Any]) -> None:
        self.text = text
        self.make = make
        self._made: list[Any] = []

    def made(self) -> Any:
        """The argument itself, always the same one."""
        if not self._made:
            self._made.append(self.make())
        return self._made[0]


class Module:
    """A module of the client whose functions give `Build`s."""

    def __init__(self, module: Any) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Callable[..., Build]:
        def build(*args: Any, **keywords: Any) -> Build:
            def make() -> Any:
                function = getattr(self._module, name)
                return function(*map(_real, args), **{k: _real(v) for k, v in keywords.items()})

            return Build(f"{name.rstrip('_')}({_arguments(args, keywords)})", make)

        return build


class EventLog:
    """What a listener heard, in the order in which it heard it."""

    def __init__(self) -> None:
        self._heard: list[tuple[str, Any]] = []
        self._changed = threading.Condition()

    def functions(self, kinds: tuple[str, ...]) -> dict[str, Callable[[Any], None]]:
        """Keyword arguments of ``add_entry_listener``."""
        return {f"{kind}_func": self._function(kind) for kind in kinds}

    def _function(self, kind: str) -> Callable[[Any], None]:
        def hear(event: Any) -> None:
            with self._changed:
                self._heard.append((kind, event))
                self._changed.notify_all()

        return hear

    def take(self, enough: Callable[[list[tuple[str, Any]]], bool]) -> list[tuple[str, Any]]:
        """Take what was heard as soon as it is enough, or what there is when it never is."""
        with self._changed:
            self._changed.wait_for(lambda: enough(self._heard), EVENT_PATIENCE)
            taken, self._heard = self._heard, []
            return taken


class SeenMap:
    """A map whose every call is noted; its methods are the client's."""

    def __init__(self, see: See, raw: Any, prefix: str = "", owner: Owner | None = None) -> None:
        self._see = see
        self.raw = raw
        self._prefix = prefix
        self._owner = owner
        self._in_order = False

    def by(self, name: str) -> SeenMap:
        """The same map, used by another thread or task."""
        owner = self._see.owner(name)
        return SeenMap(self._see, self.raw, f"{self._prefix}{name}: ", owner)

    @property
    def in_order(self) -> SeenMap:
        """The same map, whose lists are noted in the order in which they came."""
        other = SeenMap(self._see, self.raw, self._prefix, self._owner)
        other._in_order = True
        return other

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def call(*args: Any, **keywords: Any) -> Any:
            step = f"{self._prefix}{method}({_arguments(args, keywords)})"
            owner = self._owner or self._see.main
            unordered = method in UNORDERED and not self._in_order
            return self._see.note(
                step, lambda: _call(owner, self.raw, method, args, keywords), unordered
            )

        return call

    def begin(self, method: str, *args: Any, **keywords: Any) -> Begun:
        """Begin a call; `See.end` notes what becomes of it."""
        step = f"{self._prefix}{method}({_arguments(args, keywords)})"
        owner = self._owner or self._see.main
        pending = owner.begin(
            getattr(self.raw, method),
            *map(_real, args),
            **{k: _real(v) for k, v in keywords.items()},
        )
        return Begun(step, pending)

    def quietly(self, method: str, *args: Any, **keywords: Any) -> Any:
        """Call without a note, such as to prepare; errors are raised."""
        return _call(self._owner or self._see.main, self.raw, method, args, keywords)


class Begun:
    """A call that has begun."""

    def __init__(self, step: str, pending: Pending) -> None:
        self.step = step
        self.pending = pending


def _call(
    owner: Owner, raw: Any, method: str, args: tuple[Any, ...], keywords: dict[str, Any]
) -> Any:
    real = map(_real, args), {name: _real(value) for name, value in keywords.items()}
    return owner.call(getattr(raw, method), *real[0], **real[1])


class See:
    """What a scenario works with: maps of a client of one driver, and a list of notes.

    Args:
        driver: who plays.
        client: its client.
        start: starts another client of the same driver; takes options.
        meet: waits until all who play at the same time ask for the same change of the cluster,
            and makes it once.
    """

    def __init__(
        self,
        driver: Driver,
        client: Client,
        start: Callable[..., Client],
        meet: Callable[[str], None],
    ) -> None:
        self.notes: list[Note] = []
        self.library = driver.library
        self.client = client
        self.main = driver.main_owner()
        self._driver = driver
        self._start = start
        self._maps: list[tuple[Client, Any]] = []
        self._clients: list[Client] = []
        self._owners: dict[str, Owner] = {}
        self.name = f"faithful-{uuid.uuid4()}"
        self.meet = meet
        self.predicate = Module(_Late(self.library, "predicate"))
        self.aggregator = Module(_Late(self.library, "aggregator"))
        self.projection = Module(_Late(self.library, "projection"))

    # What scenarios use.

    def map(self, suffix: str = "", prefix: str = "") -> SeenMap:
        """A map that nobody else uses.

        Args:
            suffix: the end of its name, to have several.
            prefix: the beginning of its name, for members that configure maps by name.
        """
        name = f"{prefix}{self.name}{suffix}"
        return self.map_of(self.client, name)

    def map_of(self, client: Client, name: str | None = None, note: str = "") -> SeenMap:
        """A map of a certain client; the one that `map` gives if it is not named."""
        raw = client.map(name or self.name)
        self._maps.append((client, raw))
        return SeenMap(self, raw, note)

    def thing(self, name: str, *args: Any) -> Build:
        """An object of one of the classes of `things`."""
        (cls,) = (one for one in classes(self._driver.root).values() if one.__name__ == name)
        return Build(f"{name}({_arguments(args, {})})", lambda: cls(*args))

    def json(self, text: str) -> Build:
        """A JSON value."""
        return Build(f"json({text!r})", lambda: self.library.core.HazelcastJsonValue(text))

    def other_client(self, **options: Any) -> Client:
        """Another client of the same kind, which ends with the scenario."""
        client = self._start(**options)
        self._clients.append(client)
        return client

    def owner(self, name: str) -> Owner:
        """A thread or task by name."""
        if name not in self._owners:
            self._owners[name] = self._driver.owner()
        return self._owners[name]

    def note(self, step: str, act: Callable[[], Any], unordered: bool = False) -> Any:
        """Do something, and note what came; gives it, or None when it failed."""
        try:
            value = act()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is noted
            self.notes.append(Note(step, *_classes_of(error)))
            return None
        self.notes.append(Note(step, f"-> {_short(plain(value, unordered))}"))
        return value

    def end(self, begun: Begun) -> Any:
        """Note what becomes of a call that has begun."""
        return self.note(f"then {begun.step}", lambda: begun.pending.result(PATIENCE))

    def waits(self, begun: Begun) -> None:
        """Note whether a call has not ended yet."""
        self.note(f"waits {begun.step}", lambda: not begun.pending.done())

    def eventually(self, what: str, condition: Callable[[], bool]) -> None:
        """Note whether something becomes true in time; for what members do by themselves."""

        def wait() -> bool:
            deadline = time.monotonic() + PATIENCE
            pause = threading.Event()
            while not condition():
                if time.monotonic() > deadline:
                    return False
                pause.wait(0.01)
            return True

        self.note(f"eventually {what}", wait)

    def listen(
        self, to: SeenMap, *args: Any, kinds: tuple[str, ...] = EVENT_KINDS, **keywords: Any
    ) -> EventLog:
        """Add a listener for some kinds of events, and note whether that went well."""
        log = EventLog()
        step = f"add_entry_listener({_arguments(args, keywords)})"

        def add() -> bool:
            functions = log.functions(kinds)
            log.registration = to.quietly("add_entry_listener", *args, **keywords, **functions)
            return isinstance(log.registration, str)

        self.note(step, add)
        return log

    def events(self, log: EventLog, count: int, entries: bool = False) -> None:
        """Note events: those of one key in their order, keys in the order of their text.

        Args:
            log: where they come in.
            count: how many.
            entries: count the entries that they tell about instead; one event of a whole map
                tells about all entries of a member.
        """

        def enough(heard: list[tuple[str, Any]]) -> bool:
            if entries:
                return sum(event.number_of_affected_entries for _, event in heard) >= count
            return len(heard) >= count

        heard = log.take(enough)
        self.note("events", lambda: len(heard) if not entries else count if enough(heard) else -1)
        by_key: dict[str, list[str]] = {}
        affected: Counter[str] = Counter()
        for kind, event in heard:
            if event.key is None:
                affected[kind] += event.number_of_affected_entries
            else:
                by_key.setdefault(repr(event.key), []).append(_event_text(kind, event))
        for key in sorted(by_key):
            for text in by_key[key]:
                self.notes.append(Note(f"event {key}:", text))
        for kind in sorted(affected):
            self.notes.append(Note(f"event of the map: {kind}", f"-> {affected[kind]}"))

    def close(self) -> None:
        """Remove the maps, end clients, threads and tasks."""
        for owner in self._owners.values():
            owner.close()
        for client in self._clients:
            client.shutdown()
        for client, raw in self._maps:
            if client not in self._clients:
                self.main.call(raw.destroy)
        self.main.close()


class _Late:
    """A module that is imported when something of it is asked for."""

    def __init__(self, library: Any, name: str) -> None:
        self._library = library
        self._name = name

    def __getattr__(self, name: str) -> Any:
        return getattr(getattr(self._library, self._name), name)


def _event_text(kind: str, event: Any) -> str:
    parts = [
        f"{name}={plain(getattr(event, name))}"
        for name in ("value", "old_value", "merging_value")
        if getattr(event, name) is not None
    ]
    facts = f"type {int(event.event_type)}, of {event.number_of_affected_entries}"
    if not isinstance(event.uuid, uuid.UUID):
        facts += f", member {event.uuid!r}"
    return f"{kind} ({', '.join(parts)}) {facts}"


def _classes_of(error: BaseException) -> list[str]:
    names = [cls.__name__ for cls in type(error).__mro__]
    return [f"!! {name}" for name in names if name not in {"object", "BaseException"}]


def _real(value: Any) -> Any:
    """An argument as the client gets it."""
    if isinstance(value, Build):
        return value.made()
    if type(value) is list:
        return [_real(item) for item in value]
    if type(value) is dict:
        return {_real(key): _real(item) for key, item in value.items()}
    return value


def _arguments(args: tuple[Any, ...], keywords: Mapping[str, Any]) -> str:
    texts = [plain(value) for value in args]
    texts += [f"{name}={plain(value)}" for name, value in keywords.items()]
    return ", ".join(map(_short, texts))


def _short(text: str) -> str:
    if len(text) <= _LONGEST_TEXT:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return f"{text[: _LONGEST_TEXT // 4]}... ({len(text)} characters, {digest})"


def plain(value: Any, unordered: bool = False) -> str:
    """Write a value as every client writes it.

    Args:
        value: what was given to or came from a client.
        unordered: whether the items of a list may stand in any order.
    """
    if isinstance(value, Build):
        return value.text
    kind = type(value).__name__
    if kind == "SimpleEntryView":
        return "view(" + ", ".join(_view(value)) + ")"
    if kind.endswith("MapEntry"):
        return f"entry({plain(value.key)}, {plain(value.value)})"
    if kind == "HazelcastJsonValue":
        return f"json({value.to_string()!r})"
    if hasattr(value, "as_plain") and not isinstance(value, type):
        return str(value.as_plain())
    if isinstance(value, int) and not isinstance(value, bool):
        # Enums of integers are plain integers in one client and not in the other.
        return str(int(value))
    if isinstance(value, type) or callable(value):
        return getattr(value, "__name__", kind)
    if kind == "str" and _UUID.fullmatch(value):
        return "a uuid"
    if isinstance(value, dict):
        items = sorted(f"{plain(key)}: {plain(item)}" for key, item in value.items())
        return "{" + ", ".join(items) + "}"
    if isinstance(value, tuple):
        return "(" + "".join(f"{plain(item)}, " for item in value) + ")"
    if isinstance(value, set | frozenset):
        return "{" + ", ".join(sorted(map(plain, value))) + "}"
    # Lists of the official client may have a class of their own.
    if isinstance(value, list) or "List" in kind:
        items = [plain(item) for item in value]
        return "[" + ", ".join(sorted(items) if unordered else items) + "]"
    return repr(value)


def _view(view: Any) -> Iterator[str]:
    for name in ("key", "value", "hits", "version"):
        yield f"{name}={plain(getattr(view, name))}"
    for name in ("ttl", "max_idle"):
        milliseconds = getattr(view, name)
        yield f"{name}={'ever' if milliseconds == _FOREVER else milliseconds}"
    for name, short in _MOMENTS.items():
        yield f"{short}={_moment(getattr(view, name))}"


_MOMENTS = {
    "creation_time": "created",
    "expiration_time": "expires",
    "last_access_time": "accessed",
    "last_stored_time": "stored",
}


def _moment(milliseconds: Any) -> str:
    if milliseconds in {0, -1}:
        return str(milliseconds)
    return "never" if milliseconds == _FOREVER else "once"
