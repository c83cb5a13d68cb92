# SPDX-License-Identifier: Apache-2.0
"""What a scenario sees: each call becomes a line of what was asked and what came.

A scenario is a function of a `See` and calls its methods, which are those of the client. Its lines
are the same for whoever does the same: ``get('a') -> gen 1 {'n': 1}``, or
``get('b') !! RecordNotFound 2``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from support.aerospike_scenarios.drivers import PATIENCE, Driver
from support.aerospike_scenarios.writing import SET, Given, Note, digest_of, plain, rounded

__all__ = ["NAMESPACE", "See"]

NAMESPACE = "test"

_OF_ONE = frozenset(
    {
        *("put", "get", "select", "exists", "remove", "remove_bin", "touch"),
        *("append", "prepend", "increment", "operate", "operate_ordered"),
    }
)
"""Methods that begin with the key of one record."""


class See:
    """A client, whose calls are noted.

    Args:
        driver: who plays.
        client: its client.
        set_name: a set that nobody else uses.
        stage: what stands behind it: makes further clients, and has the cluster.

    Attributes:
        notes: what was seen.
        used: user keys of records that there may be.
        shows_ttl: whether lines say how long records live.
    """

    def __init__(self, driver: Driver, client: Any, set_name: str, stage: Any) -> None:
        self.driver = driver
        self.client = client
        self.set_name = set_name
        self.stage = stage
        self.notes: list[Note] = []
        self.used: set[Any] = set()
        self.shows_ttl = False
        self._prefix = ""

    def other(self, name: str, **config: Any) -> See:
        """Another client of the same driver, not yet connected; its lines begin with its name."""
        see = See(self.driver, self.stage.make(self.driver, **config), self.set_name, self.stage)
        see.notes = self.notes
        see.used = self.used
        see.shows_ttl = self.shows_ttl
        see._prefix = f"{name}: "
        return see

    def key(self, user_key: Any) -> Any:
        """The whole key of a record of this scenario."""
        if isinstance(user_key, Given):
            return user_key.value
        self.used.add(user_key)
        return (NAMESPACE, self.set_name, user_key)

    def special(self, kind: str, value: Any) -> Given:
        """A value of a class of its own: ``"geo"`` or ``"hll"``."""
        return Given(value, kind)

    @property
    def cluster(self) -> Any:
        """The in-process cluster, for scenarios that break it."""
        return self.stage.cluster

    def given_key(self, key: Any, text: str) -> Given:
        """A key that is passed on as it is."""
        return Given(key, text=text)

    def by_digest(self, method: str, user_key: Any, *args: Any) -> None:
        """Call with the digest of a key instead of the key."""
        digest = digest_of(NAMESPACE, self.set_name, user_key)
        key = (NAMESPACE, self.set_name, None, bytearray(digest))
        getattr(self, method)(Given(key, text=f"the digest of {plain(user_key)}"), *args)

    def wait_until(self, what: str, is_so: Callable[[], bool]) -> None:
        """Wait for something that takes its time."""
        deadline = time.monotonic() + PATIENCE
        while not is_so():
            if time.monotonic() > deadline:
                self.say(f"in vain: {what}")
                return
            time.sleep(0.005)
        self.say(what)

    def wait_for_the_clock(self) -> None:
        """Wait until the clock by which records are truncated, in milliseconds, has gone on."""
        now = time.time()
        while time.time() < now + 0.003:
            time.sleep(0.001)

    def wait_for_nodes(self, count: int) -> None:
        """Wait until the client knows so many nodes."""
        self.wait_until(f"{count} nodes", lambda: len(self.quietly("get_node_names")) == count)

    def user(self, name: str, **config: Any) -> See:
        """A client of the cluster that knows users, not yet connected."""
        return self.other(name, hosts=self.stage.hosts_with_users, **config)

    def note(self, step: str, make: Callable[[], Any], show: Callable[[Any], str]) -> None:
        """Make a call and note what comes of it."""
        try:
            value = make()
        except Exception as error:  # noqa: BLE001 - what comes is what is noted
            doubt = " in doubt" if self.driver.is_in_doubt(error) else ""
            text = f"!! {self.driver.describe(error)}{doubt}"
        else:
            text = f"-> {show(value)}"
        self.notes.append(Note(f"{self._prefix}{step}", text))

    def say(self, text: str) -> None:
        """Note something else."""
        self.notes.append(Note(f"{self._prefix}{text}"))

    def __getattr__(self, method: str) -> Callable[..., None]:
        if method.startswith("_"):
            raise AttributeError(method)
        return lambda *args, **keywords: self._call(method, args, keywords)

    def quietly(self, method: str, *args: Any, **keywords: Any) -> Any:
        """Call without a note, such as to prepare; errors are raised."""
        return self._method(method)(*self._real(method, args), **self._real_of(keywords))

    def _call(self, method: str, args: tuple[Any, ...], keywords: dict[str, Any]) -> None:
        texts = [plain(value) for value in args]
        texts += [f"{name}={plain(value)}" for name, value in keywords.items()]
        show = getattr(self, f"_show_{method}", self._show)
        self.note(
            f"{method}({', '.join(texts)})",
            lambda: self._method(method)(*self._real(method, args), **self._real_of(keywords)),
            show,
        )

    def _method(self, name: str) -> Callable[..., Any]:
        found: Callable[..., Any] = getattr(self.client, name)
        return found

    # -- arguments ----------------------------------------------------------------------------

    def _real(self, method: str, args: tuple[Any, ...]) -> list[Any]:
        if method in _OF_ONE:
            return [self.key(args[0]), *map(self._value, args[1:])]
        if method == "batch_write":
            rows = [(self.key(key), self._value(bins), *more) for key, bins, *more in args[0]]
            return [rows, *args[1:]]
        if method.startswith("batch_"):
            return [[self._row(given) for given in args[0]], *args[1:]]
        return [self.set_name if value is SET else value for value in args]

    def _row(self, given: Any) -> Any:
        """A key, or a key and its meta."""
        if isinstance(given, tuple):
            return (self.key(given[0]), given[1])
        return self.key(given)

    def _real_of(self, keywords: dict[str, Any]) -> dict[str, Any]:
        return {name: self._value(value) for name, value in keywords.items()}

    def _value(self, value: Any) -> Any:
        if isinstance(value, Given):
            return self.driver.special(value.kind, value.value)
        if type(value) is dict:
            return {name: self._value(item) for name, item in value.items()}
        return value

    # -- results ------------------------------------------------------------------------------

    def _show(self, value: Any) -> str:
        """Methods without a result give None, 0 or an empty tuple for success."""
        return "done" if value in (None, 0, ()) else plain(value)

    def _show_connect(self, value: Any) -> str:
        return "connected"

    def _show_is_connected(self, value: Any) -> str:
        return str(value)

    _show_ping = _show_is_connected

    def _show_get(self, found: Any) -> str:
        key, meta, bins = found
        return f"{self._shown_key(key)}{self._shown_meta(meta)} {plain(bins)}"

    _show_select = _show_operate = _show_get

    def _show_operate_ordered(self, found: Any) -> str:
        key, meta, bins = found
        texts = [f"{name}={plain(value)}" for name, value in bins]
        return f"{self._shown_key(key)}{self._shown_meta(meta)} [{', '.join(texts)}]"

    def _show_exists(self, found: Any) -> str:
        key, meta = found
        return self._shown_key(key) + ("no" if meta is None else self._shown_meta(meta))

    def _show_batch_read(self, found: Any) -> str:
        return "; ".join(self._shown_row(row, bins=True) for row in found.batch_records)

    _show_batch_operate = _show_batch_read

    def _show_batch_write(self, found: Any) -> str:
        return "; ".join(self._shown_row(row, bins=False) for row in found.batch_records)

    _show_batch_remove = _show_batch_write

    def _shown_row(self, row: Any, *, bins: bool) -> str:
        text = f"{plain(row.key[2])}: {row.result}"
        if row.record is not None and not row.result:
            text += f" {self._shown_meta(row.record[1])}" if bins else ""
            text += f" {plain(row.record[2])}" if bins else ""
        return text + (" in doubt" if row.in_doubt else "")

    def _show_info_all(self, found: Any) -> str:
        names = sorted(self.quietly("get_node_names"))
        assert sorted(row[0] for row in found) == names
        return " ".join(sorted({f"{row[1]} {row[2]!r}" for row in found}))

    def _show_get_node_names(self, found: Any) -> str:
        assert len(set(found)) == len(found)
        return "each once"

    def _shown_key(self, key: Any) -> str:
        """The user's key; and whether its digest is another one than the official client's."""
        namespace, set_name, user_key, digest = key
        text = ""
        if (namespace, set_name) != (NAMESPACE, self.set_name):
            text = f"{namespace}/{set_name.replace(self.set_name, 'SET')}/"
        if user_key == self.set_name:
            user_key = SET
        expected = digest_of(namespace, set_name, user_key) or digest
        wrong = "" if bytes(digest) == bytes(expected) else "another digest! "
        return f"{text}{plain(user_key)} {wrong}"

    def _shown_meta(self, meta: Any) -> str:
        get = meta.__getitem__ if isinstance(meta, Mapping) else meta.__getattribute__
        text = f"gen {get('gen')}"
        return f"{text} ttl {rounded(get('ttl'))}" if self.shows_ttl else text
