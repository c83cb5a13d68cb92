# SPDX-License-Identifier: Apache-2.0
"""How scripted members answer without a script: enough of the client service and of the map."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from gridwire.hazelcast.protocol import customs
from support.scripted_connection import Incoming

__all__ = ["USUAL", "refuse"]

_REFUSED = 1
_NOTHING = uuid.UUID(int=0)


def _authenticate(request: Incoming) -> None:
    cluster, member, connection = request.cluster, request.member, request.connection
    connection.identity = fields = request.fields
    connection.client_uuid = fields.uuid
    address = customs.Address(member.host, member.port)
    if fields.cluster_name != cluster.cluster_name:
        refuse(_REFUSED)(request)
        return
    rest = (cluster.version, [], cluster.version, [], {})
    if cluster.views_at_once:
        rest = (cluster.version, cluster.infos(), cluster.version, cluster.table(), {})
    version, count = cluster.server_version, cluster.partition_count
    who = (0, address, member.uuid, 1, version, count, cluster.cluster_id)
    request.answer(*who, False, None, None, *rest)


def refuse(status: int) -> Callable[[Incoming], None]:
    """Do not let a client in."""

    def behave(request: Incoming) -> None:
        rest = (False, None, None, -1, [], -1, [], {})
        request.answer(status, None, None, 1, "", -1, _NOTHING, *rest)

    return behave


def _watch(request: Incoming) -> None:
    request.cluster.viewers.append((request.connection, request.correlation))
    request.answer()
    request.cluster.tell(request.connection, request.correlation)


def _watch_backups(request: Incoming) -> None:
    request.connection.ack_correlation = request.correlation
    request.answer(uuid.uuid4())


def _listen(request: Incoming) -> None:
    request.answer(uuid.uuid4())


def _say_how_far(request: Incoming) -> None:
    """Nothing was ever invalidated; the partitions' UUIDs are their numbers."""
    (owned,) = [table for who, table in request.cluster.table() if who == request.fields.uuid]
    request.answer([], [(partition, uuid.UUID(int=partition)) for partition in owned])


def _map(request: Incoming) -> dict[bytes, bytes]:
    return request.cluster.maps.setdefault(request.fields.name, {})


def _get(request: Incoming) -> None:
    request.answer(_map(request).get(bytes(request.fields.key)))


def _put(request: Incoming) -> None:
    fields = request.fields
    before = _map(request).get(bytes(fields.key))
    _map(request)[bytes(fields.key)] = bytes(fields.value)
    request.answer(before)


def _set(request: Incoming) -> None:
    fields = request.fields
    _map(request)[bytes(fields.key)] = bytes(fields.value)
    request.answer()


def _try_put(request: Incoming) -> None:
    fields = request.fields
    _map(request)[bytes(fields.key)] = bytes(fields.value)
    request.answer(True)


def _remove(request: Incoming) -> None:
    request.answer(_map(request).pop(bytes(request.fields.key), None))


def _delete(request: Incoming) -> None:
    request.answer(_map(request).pop(bytes(request.fields.key), None) is not None)


def _put_all(request: Incoming) -> None:
    for key, value in request.fields.entries:
        _map(request)[bytes(key)] = bytes(value)
    request.answer()


def _get_all(request: Incoming) -> None:
    found = _map(request)
    keys = [bytes(key) for key in request.fields.keys]
    request.answer([(key, found[key]) for key in keys if key in found])


def _clear(request: Incoming) -> None:
    _map(request).clear()
    request.answer()


def _nothing(request: Incoming) -> None:
    request.answer()


def _true(request: Incoming) -> None:
    request.answer(True)


USUAL: dict[str, Callable[[Incoming], Any]] = {
    "Client.Authentication": _authenticate,
    "Client.AddClusterViewListener": _watch,
    "Client.LocalBackupListener": _watch_backups,
    "Client.CreateProxy": _nothing,
    "Client.DestroyProxy": _nothing,
    "Client.Ping": _nothing,
    "Map.AddEntryListener": _listen,
    "Map.AddNearCacheInvalidationListener": _listen,
    "Map.AddEntryListenerToKey": _listen,
    "Map.AddEntryListenerToKeyWithPredicate": _listen,
    "Map.AddEntryListenerWithPredicate": _listen,
    "Map.RemoveEntryListener": _true,
    "Map.FetchNearCacheInvalidationMetadata": _say_how_far,
    "Map.Get": _get,
    "Map.Put": _put,
    "Map.Set": _set,
    "Map.TryPut": _try_put,
    "Map.Remove": _remove,
    "Map.Delete": _delete,
    "Map.PutAll": _put_all,
    "Map.GetAll": _get_all,
    "Map.ContainsKey": lambda request: request.answer(bytes(request.fields.key) in _map(request)),
    "Map.Size": lambda request: request.answer(len(_map(request))),
    "Map.IsEmpty": lambda request: request.answer(not _map(request)),
    "Map.Clear": _clear,
    "Map.Flush": _nothing,
    "Map.Lock": _nothing,
    "Map.TryLock": _true,
    "Map.Unlock": _nothing,
    "Map.ForceUnlock": _nothing,
    "Map.IsLocked": lambda request: request.answer(False),
    "Map.ExecuteOnKey": lambda request: request.answer(request.fields.key),
    "Map.ReplaceAll": _nothing,
}
