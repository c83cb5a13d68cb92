# SPDX-License-Identifier: Apache-2.0
"""The official client asks a cluster, and notes the answers in a form that a file keeps."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any, NamedTuple

from hazelcast.config import IntType
from hazelcast.core import HazelcastJsonValue

import hazelcast
from support.query_data import DATA, Typed

RECORDED = Path(__file__).parent.parent / "vectors" / "hazelcast" / "queries.json"


class Case(NamedTuple):
    """Something to ask; `typed` says whether objects are shown with their type ids."""

    label: str
    data: str
    ask: Any
    typed: bool = True


class Asker:
    """The official client, in as many copies as there are ways to write an int."""

    def __init__(self, cluster_name: str, addresses: list[str], run: str, **options: Any) -> None:
        self._run = run
        self._maps: dict[str, tuple[Any, Any]] = {}
        self._clients: dict[str, Any] = {}
        for kind in ("INT", "LONG", "SHORT", "BYTE", "BIG_INT"):
            self._clients[kind] = hazelcast.HazelcastClient(
                cluster_name=cluster_name,
                cluster_members=addresses,
                default_int_type=getattr(IntType, kind),
                **options,
            )

    def close(self) -> None:
        for client in self._clients.values():
            client.shutdown()

    def ask(self, case: Case) -> Any:
        """What comes of a case, in a form that JSON keeps."""
        typed, untyped = self._map(case.data)
        try:
            return plain(case.ask(typed if case.typed else untyped))
        except Exception as error:  # noqa: BLE001 - any error is an answer
            return _plain_error(error)

    def _map(self, data: str) -> tuple[Any, Any]:
        """The map with these entries: one that shows type ids with objects, and a plain one."""
        if data not in self._maps:
            name = f"{self._run}-{data}"
            own = self._clients["INT"].get_map(name)
            for key, value in DATA[data].items():
                if isinstance(value, Typed):
                    other = copy.copy(self._clients[value.kind].get_map(name))
                    # The key stays an int of 32 bits.
                    other._to_data = _split(other._to_data, own._to_data, key)
                    other.set(key, value.value).result()
                else:
                    own.set(key, value).result()
            shown = copy.copy(own)
            shown._to_object = _with_type(own._to_object)
            self._maps[data] = shown.blocking(), own.blocking()
        return self._maps[data]


def _split(values, keys, key):
    return lambda obj: keys(obj) if obj is key else values(obj)


def _with_type(to_object):
    return lambda data: None if data is None else (data.get_type(), to_object(data))


def _plain_error(error: Exception) -> list[str]:
    name = type(error).__name__
    if name == "NullPointerError":
        # Java forgets what such an error says when one member tells it to another.
        return ["error", name]
    return ["error", name, str(error).split("\n")[0].removeprefix("Exception from server: ")[:300]]


def plain(value: Any) -> Any:
    """A result in a form that JSON keeps; what has no order is sorted."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, float):
        return f"float {value!r}"
    if isinstance(value, HazelcastJsonValue):
        return f"json {value.to_string()}"
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    if type(value).__name__ == "IdentifiedMapEntry":
        return ["entry", plain(value.key), plain(value.value)]
    if type(value).__name__ == "ImmutableLazyDataList" or isinstance(value, (list, set)):
        return sorted((plain(one) for one in value), key=repr)
    return repr(value)


def load() -> list[tuple[str, Any]]:
    """What a real member answered to all cases, when it was asked last."""
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
    return [(label, recorded["answers"][at]) for label, at in recorded["cases"]]


def record(found: list[tuple[str, Any]]) -> None:
    """Keep what a real member answered; equal answers are written once."""
    texts = {json.dumps(answer, ensure_ascii=False): None for _, answer in found}
    places = {text: at for at, text in enumerate(texts)}
    cases = [
        f"[{json.dumps(label, ensure_ascii=False)}, "
        f"{places[json.dumps(answer, ensure_ascii=False)]}]"
        for label, answer in found
    ]
    lines = ['{"answers": [', ",\n".join(texts), '], "cases": [', ",\n".join(cases), "]}", ""]
    RECORDED.write_text("\n".join(lines), encoding="utf-8")
