# SPDX-License-Identifier: Apache-2.0
"""Info about what this node does not have: indexes, functions, queries, other editions' features.

Lists of them are empty, which is the truth; making one is answered with the code of a server that
does not support it.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from gridwire.testing._aerospike import codes
from gridwire.testing._aerospike.info_call import (
    Handler,
    InfoCall,
    InfoError,
    constant,
    enterprise_only,
    namespace_of,
    required,
)

if TYPE_CHECKING:
    from gridwire.testing._aerospike.node import Node

__all__ = ["COMMANDS"]

_NO_INDEX = 201


def _unsupported(node: Node, call: InfoCall) -> str:
    raise InfoError(codes.UNSUPPORTED, "not supported by this test node")


def _index_stat(node: Node, call: InfoCall) -> str:
    given = call.parameters
    namespace_of(node, required(given, "namespace"))
    required(given, "indexname")
    raise InfoError(_NO_INDEX, "no index")


def _index_exists(node: Node, call: InfoCall) -> str:
    given = call.parameters
    required(given, "namespace")
    required(given, "indexname")
    return "false"


def _index_delete(node: Node, call: InfoCall) -> str:
    given = call.parameters
    required(given, "namespace")
    required(given, "indexname")
    return "ok"


def _query_show(node: Node, call: InfoCall) -> str:
    if {"trid", "id"} & call.parameters.keys():
        raise InfoError(codes.NOT_FOUND, "job not found")
    return ""


def _query_abort(node: Node, call: InfoCall) -> str:
    raise InfoError(codes.NOT_FOUND, "id not active")


def _user_agent(node: Node, call: InfoCall) -> str:
    call.connection.user_agent = required(call.parameters, "value")
    return "ok"


def _user_agents(node: Node, call: InfoCall) -> str:
    agents = Counter(connection.user_agent for connection in node.connections)
    return ";".join(f"user-agent={agent}:count={n}" for agent, n in agents.items() if agent)


def _rack_ids(node: Node, call: InfoCall) -> str:
    rack = node.view.rack(node.name)
    if rack is None:
        return enterprise_only(node, call)
    return ";".join(f"{name.decode()}:{rack}" for name in node.view.namespaces)


_OF_THE_ENTERPRISE_EDITION = (
    "feature-key",
    "masking",
    "masking-show",
    "quiesce",
    "quiesce-undo",
    "racks",
    "revive",
    "roster",
    "roster-set",
    "xdr-set-filter",
)

COMMANDS: dict[str, Handler] = {
    "query-abort": _query_abort,
    "query-abort-all": constant("number-of-queries-killed:0"),
    "query-show": _query_show,
    "rack-ids": _rack_ids,
    "sindex": constant(""),
    "sindex-create": _unsupported,
    "sindex-delete": _index_delete,
    "sindex-exists": _index_exists,
    "sindex-list": constant(""),
    "sindex-stat": _index_stat,
    "udf-get": constant("error=not_found"),
    "udf-list": constant(""),
    "udf-put": _unsupported,
    "udf-remove": constant("ok"),
    "user-agent-set": _user_agent,
    "user-agents": _user_agents,
    **dict.fromkeys(_OF_THE_ENTERPRISE_EDITION, enterprise_only),
}
