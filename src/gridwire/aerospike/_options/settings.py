# SPDX-License-Identifier: Apache-2.0
"""Every key of a configuration and of a policy: its default, what it takes, and what it means.

The names in these tables are those that are known, and the reference page is made of them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from gridwire.aerospike import constants as c

__all__ = ["BATCH", "COMMAND", "CONFIG", "INFO", "META", "READ", "TLS", "WRITE", "Setting"]


class Setting(NamedTuple):
    """One key.

    Attributes:
        default: what holds where it is left out, or None.
        takes: which values.
        doc: what it means.
        unit: of its numbers.
        least: the smallest number, where it takes whole numbers; -1 where it does not.
        says_default: the default in words, where the value alone would not say it.
    """

    default: Any
    takes: str
    doc: str
    unit: str = ""
    least: int = -1
    says_default: str = ""


def _count(default: int, doc: str, unit: str = "", least: int = 0) -> Setting:
    return Setting(default, f"a whole number from {least} on", doc, unit, least)


def _flag(default: bool, doc: str) -> Setting:
    return Setting(default, "`True` or `False`", doc)


def _choice(default: int, names: str, doc: str) -> Setting:
    return Setting(default, f"one of {names}", doc)


CONFIG: dict[str, Setting] = {
    "hosts": Setting(
        None,
        'a list of `(host, port)`, `(host, port, tls_name)` or `"host:port"`',
        "Where to find the cluster: one node that answers is enough. They are never forgotten: as"
        " long as no known node answers, each look resolves and tries them again. Without a port it"
        " is 3000.",
        says_default="required",
    ),
    "cluster_name": Setting(
        "",
        "text",
        "What the cluster must call itself; `connect` fails where it has another name. Empty for"
        " any.",
    ),
    "auth_mode": _choice(
        c.AUTH_INTERNAL,
        "`AUTH_INTERNAL`, `AUTH_EXTERNAL`, `AUTH_PKI`",
        "How to log in: the server knows the password, another service knows it, or the"
        " certificate says who it is. External sends the password as it is, and warns once where"
        " that is not inside TLS. PKI needs `tls`.",
    ),
    "user": Setting(None, "text", "Who logs in. `connect(user, password)` comes over it."),
    "password": Setting(None, "text", "Of the user. No text shows it."),
    "timeout": _count(
        1000,
        "For opening a connection, with TLS and login. Not a limit of commands: that is"
        " `total_timeout` of their policies. Info commands without a policy have it too.",
        "ms",
        1,
    ),
    "idle_timeout": Setting(
        55.0,
        "a number from 0 on",
        "How long a connection may stand unused before it is closed; the server's own limit is to"
        " be longer. 0 for no limit. More than 3600 warns, since it is not milliseconds.",
        "s",
    ),
    "max_conns_per_node": _count(
        256, "Sockets to one node for commands. Who finds none waits, in order.", least=1
    ),
    "min_conns_per_node": _count(
        0,
        "Sockets to each node that are open before `connect` returns, and are kept when idle. More"
        " than `max_conns_per_node` is refused.",
    ),
    "conn_pools_per_node": _count(
        1,
        "Into how many parts the threads' sockets to a node are divided; `max_conns_per_node`"
        " counts all of them together. No effect on asyncio.",
        "",
        1,
    ),
    "pipeline_depth": _count(
        8,
        "Requests under way on one connection of the asyncio client; 1 for one at a time. It is 1"
        " with `tls`, and less while a node is slow to answer. No effect on threads.",
        least=1,
    ),
    "tend_interval": _count(1000, "Between two looks at the cluster.", "ms", 1),
    "use_services_alternate": _flag(
        False, "Whether nodes are reached at their alternate addresses."
    ),
    "max_concurrent_operations": _count(
        0, "Commands at once; further ones wait, first in, first out. 0 for no limit."
    ),
    "operation_queue_timeout_ms": _count(
        0,
        "How long a command waits for its turn, before it fails with `BackpressureError`, not"
        " sent; 0 for ever. `total_timeout` begins with the turn.",
        "ms",
    ),
    "tls": Setting(
        None,
        "an `ssl.SSLContext`, a dict (see [tls](#tls)), `True` or `False`",
        "How to speak TLS. `True` trusts the system's certificates.",
    ),
    "rack_id": Setting(None, "a whole number", "The same as `rack_ids` with one; not both."),
    "rack_ids": Setting(
        (),
        "whole numbers",
        "Racks that reads with `POLICY_REPLICA_PREFER_RACK` prefer, the best first.",
    ),
    "policies": Setting(
        {},
        "a dict with `read`, `write`, `batch`, `info`",
        "What holds for calls whose own policy says nothing of it. Another kind is refused.",
    ),
    "application_id": Setting(
        "", "one line of at most 255 bytes", "What servers list this client as."
    ),
    "max_error_rate": _count(
        100,
        "Failures of a node in a window (lost connections, timeouts, overload) after which it is"
        " left alone for the rest of it; 0 for never. The next window allows half as many, and"
        " after a good one more again.",
    ),
    "error_rate_window": _count(1, "How many looks at the cluster a window lasts.", least=1),
    "telemetry": Setting(
        False,
        "`True`, `False` or a `gridwire.telemetry.Telemetry`",
        "Whether calls are told to OpenTelemetry, as spans and metrics; needs the extra `otel`."
        " `True` takes the providers that the program has set for all.",
    ),
}
"""Keys of the configuration."""

TLS: dict[str, Setting] = {
    "cafile": Setting(None, "a file name", "Certificates that are trusted; the system's if None."),
    "certfile": Setting(None, "a file name", "This client's certificate."),
    "keyfile": Setting(None, "a file name", "Its key; None where it is in `certfile`."),
    "keyfile_password": Setting(None, "text", "Of the key. No text shows it."),
    "name": Setting(
        None, "text", "What servers' certificates are made out to; None for the host's name."
    ),
    "check_hostname": _flag(True, "Whether that name is looked at."),
    "protocol": Setting(
        None,
        "`TLSv1`, `TLSv1_1`, `TLSv1_2` or `TLSv1_3`",
        "The only version that is spoken; 1.2 and 1.3 if None.",
    ),
    "ciphers": Setting(
        None,
        "text",
        "Ciphers up to TLS 1.2 that are allowed, in OpenSSL's notation; with it 1.3 is not spoken."
        " Such as look at no certificate or encrypt nothing are refused.",
    ),
    "enable": _flag(True, "`False` for plain connections, whatever else is in the dict."),
}
"""Keys of ``tls`` as a dict; files are in PEM format."""

COMMAND: dict[str, Setting] = {
    "total_timeout": _count(1000, "For all attempts of a command together; 0 for no limit.", "ms"),
    "socket_timeout": _count(
        30_000,
        "For one attempt; 0, or more than `total_timeout`, is `total_timeout`.",
        "ms",
    ),
    "max_retries": Setting(
        None,
        "a whole number from 0 on",
        "Attempts after the first. A write that is repeated may be done twice: its default is 0.",
        least=0,
        says_default="2; 0 for `write`",
    ),
    "sleep_between_retries": _count(0, "Before each further attempt.", "ms"),
    "timeout_delay": _count(
        0,
        "How long an answer that is late is waited for, before its connection is closed; a batch"
        " takes 0 only.",
        "ms",
    ),
    "replica": _choice(
        c.POLICY_REPLICA_SEQUENCE,
        "`POLICY_REPLICA_MASTER`, `POLICY_REPLICA_SEQUENCE`, `POLICY_REPLICA_PREFER_RACK`",
        "Whom a command asks: the master; the master, and at the next attempt a node with another"
        " copy, which passes a write on; or one in a preferred rack, refused where the"
        " configuration names none, and for writes the same as sequence.",
    ),
    "read_mode_ap": _choice(
        c.POLICY_READ_MODE_AP_ONE,
        "`POLICY_READ_MODE_AP_ONE`, `POLICY_READ_MODE_AP_ALL`",
        "How many copies the server compares while partitions move.",
    ),
    "read_touch_ttl_percent": Setting(
        0,
        "0 to 100, or `READ_TOUCH_TTL_PERCENT_DONT_RESET`",
        "A read begins a record's life anew when less than this of it is left; 0 is what the"
        " server's configuration says. No effect on writes.",
        "% of its life",
    ),
    "key": _choice(
        c.POLICY_KEY_DIGEST,
        "`POLICY_KEY_DIGEST`, `POLICY_KEY_SEND`",
        "Whether the user's key is sent along: a write then stores it.",
    ),
}
"""Keys of the policies ``read``, ``write`` and ``batch``."""

META: dict[str, Setting] = {
    "gen": Setting(
        None,
        "in `meta` a generation; in a policy one of `POLICY_GEN_IGNORE`, `POLICY_GEN_EQ`,"
        " `POLICY_GEN_GT`",
        "In `meta`: the generation that the record must have. In a policy: how they are compared;"
        " `POLICY_GEN_EQ` where `meta` has one.",
        says_default="none",
    ),
    "ttl": Setting(
        c.TTL_NAMESPACE_DEFAULT,
        "a whole number from 1 on, `TTL_NAMESPACE_DEFAULT`, `TTL_NEVER_EXPIRE`, `TTL_DONT_UPDATE`,"
        " `TTL_CLIENT_DEFAULT`",
        "The record's life from this write on.",
        "s",
    ),
    "key": COMMAND["key"],
    "exists": _choice(
        c.POLICY_EXISTS_IGNORE,
        "`POLICY_EXISTS_IGNORE`, `POLICY_EXISTS_UPDATE_ONLY`, `POLICY_EXISTS_REPLACE`,"
        " `POLICY_EXISTS_REPLACE_ONLY`, `POLICY_EXISTS_CREATE_ONLY`",
        "What must be there, and whether other bins stay. `POLICY_EXISTS_UPDATE` is another name"
        " of `POLICY_EXISTS_UPDATE_ONLY`.",
    ),
    "commit_level": _choice(
        c.POLICY_COMMIT_LEVEL_ALL,
        "`POLICY_COMMIT_LEVEL_ALL`, `POLICY_COMMIT_LEVEL_MASTER`",
        "Whether the answer comes when all copies are written, or the master's.",
    ),
    "durable_delete": _flag(
        False, "Whether a removed record leaves a tombstone; the Community Edition refuses it."
    ),
}
"""Keys of ``meta``, and of the policies of writes besides."""

READ: dict[str, Setting] = COMMAND
"""Keys of the policy of reads."""

WRITE: dict[str, Setting] = {**COMMAND, **META}
"""Keys of the policy of writes."""

BATCH: dict[str, Setting] = {
    "allow_inline": _flag(
        True, "Whether the server may serve records in memory in the thread that reads the request."
    ),
    "allow_inline_ssd": _flag(False, "The same for records on disk."),
    "respond_all_keys": _flag(
        True, "Whether the server goes on behind a record that failed; else the rest is not done."
    ),
    "concurrency": _choice(
        c.BATCH_CONCURRENCY_PARALLEL,
        "`BATCH_CONCURRENCY_SEQUENTIAL`, `BATCH_CONCURRENCY_PARALLEL`",
        "Whether nodes are asked one after the other, or all at once.",
    ),
}
"""Keys that the policy ``batch`` has besides."""

INFO: dict[str, Setting] = {
    "timeout": Setting(
        None,
        "a whole number from 0 on",
        "For the answer of a node to an info command, and for `truncate`; 0 for no limit.",
        "ms",
        0,
        "`timeout` of the configuration",
    ),
}
"""Keys of the policy ``info``."""
