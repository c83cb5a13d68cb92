# SPDX-License-Identifier: Apache-2.0
"""What a test cluster can be asked to be, checked before anything starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.util import find_spec
from typing import Any

from gridwire.testing._aerospike.accounts import ROLES
from gridwire.testing._aerospike.config import NAMESPACE_DEFAULTS, SERVICE_DEFAULTS
from gridwire.testing._aerospike.namespaces import Namespace
from gridwire.testing._shared.tls_files import TlsFiles, read_tls
from gridwire.testing.errors import ClusterOptionError

__all__ = [
    "DEFAULT_CLUSTER_NAME",
    "MAX_NODES",
    "ClusterOptions",
    "Hosts",
    "Namespaces",
    "UserOptions",
    "Users",
    "read_options",
]

DEFAULT_CLUSTER_NAME = "docker"
"""The name that the cluster of the server's container image has."""

MAX_NODES = 64
"""Nodes of one test cluster. Each has a socket and its share of the partitions; no test needs more.
"""

MAX_NAMESPACES = 32
"""Namespaces of one cluster, the limit that Aerospike has as well."""

MAX_COPIES = 64
"""Copies of a partition; more than there are nodes are as many as there are nodes."""

_MAX_NAMESPACE_BYTES = 31
_MAX_CLUSTER_NAME_BYTES = 64
_MAX_USER_BYTES = 63

# Records that may die need somebody to bury them; servers refuse a TTL otherwise.
_NSUP_SECONDS = 120

DEFAULT_SESSION_SECONDS = 86_400
"""How long a session of a client lives, in seconds, as with real servers."""

_MAX_SESSION_SECONDS = 864_000


@dataclass(frozen=True, slots=True)
class UserOptions:
    """Somebody who may log in.

    Attributes:
        password: in clear.
        roles: what he may do.
        external: his password is checked by another system, so clients send it in clear.
    """

    password: str = field(repr=False)
    roles: tuple[str, ...] = ("read-write",)
    external: bool = False


Hosts = list[tuple[str, int] | tuple[str, int, str]]
Namespaces = str | Sequence[str] | Mapping[str, Mapping[str, Any]]
Users = Mapping[str, str | tuple[str, Sequence[str]] | UserOptions]


@dataclass(frozen=True, slots=True)
class ClusterOptions:
    """The options of `AerospikeCluster`, which explains them.

    Raises:
        ClusterOptionError: one of them cannot be.
    """

    cluster_name: str = DEFAULT_CLUSTER_NAME
    nodes: int = 3
    replication_factor: int = 2
    namespaces: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: {"test": {}})
    service: Mapping[str, Any] = field(default_factory=dict)
    ports: tuple[int, ...] = ()
    racks: tuple[int, ...] = ()
    users: Mapping[str, UserOptions] | None = None
    session_seconds: int = DEFAULT_SESSION_SECONDS
    tls: TlsFiles | None = None

    def __post_init__(self) -> None:
        _check_number("nodes", self.nodes, 1, MAX_NODES)
        _check_number("replication_factor", self.replication_factor, 1, MAX_COPIES)
        _check_number("session_seconds", self.session_seconds, 1, _MAX_SESSION_SECONDS)
        for port in self.ports:
            _check_number("ports", port, 0, 65535)
        for rack in self.racks:
            _check_number("racks", rack, 0, 1_000_000)
        for name, given in (("ports", self.ports), ("racks", self.racks)):
            if given and len(given) != self.nodes:
                raise ClusterOptionError(f"{self.nodes} nodes need as many {name}: {given}")
        fixed = [port for port in self.ports if port]
        if len(set(fixed)) < len(fixed):
            raise ClusterOptionError(f"ports: two nodes cannot share one: {self.ports}")
        _check_name("cluster_name", self.cluster_name, _MAX_CLUSTER_NAME_BYTES)
        if not 1 <= len(self.namespaces) <= MAX_NAMESPACES:
            raise ClusterOptionError(f"a cluster has 1 to {MAX_NAMESPACES} namespaces")
        for name, parameters in self.namespaces.items():
            _check_name("namespaces", name, _MAX_NAMESPACE_BYTES)
            _check_parameters(f"namespaces[{name!r}]", parameters, NAMESPACE_DEFAULTS)
        _check_parameters("service", self.service, SERVICE_DEFAULTS)
        _check_users(self.users or {})

    def new_namespaces(self) -> list[Namespace]:
        """Empty namespaces."""
        defaults = {"replication-factor": self.replication_factor, "nsup-period": _NSUP_SECONDS}
        return [Namespace(name, {**defaults, **own}) for name, own in self.namespaces.items()]

    def hosts_of(self, nodes: Sequence[tuple[str, str, int]]) -> Hosts:
        """Where nodes are reached, as clients take it, with their TLS name where they have one.

        Args:
            nodes: id, host and port of each.
        """
        if self.tls is None:
            return [(host, port) for _, host, port in nodes]
        return [(host, port, self.tls.name) for _, host, port in nodes]

    def to_json(self) -> dict[str, Any]:
        """This as what JSON can carry."""
        return asdict(self)

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> ClusterOptions:
        """Read what `to_json` and JSON made of options.

        Raises:
            ClusterOptionError: a field is unknown or cannot be.
        """
        values = dict(fields)
        try:
            users, tls = values.pop("users", None), values.pop("tls", None)
            return cls(
                users=None if users is None else {n: _user(**u) for n, u in users.items()},
                tls=None if tls is None else TlsFiles(**tls),
                ports=tuple(values.pop("ports", ())),
                racks=tuple(values.pop("racks", ())),
                **values,
            )
        except TypeError as error:
            raise ClusterOptionError(f"not the options of a cluster: {error}") from None


def read_options(
    *,
    namespaces: Namespaces,
    service: Mapping[str, Any] | None,
    ports: Sequence[int] | None,
    racks: Sequence[int] | None,
    users: Users | None,
    tls: Mapping[str, str] | TlsFiles | None,
    **others: Any,
) -> ClusterOptions:
    """Options as `AerospikeCluster` takes them.

    Raises:
        ClusterOptionError: one of them cannot be.
    """
    return ClusterOptions(
        namespaces=_read_namespaces(namespaces),
        service=dict(service or {}),
        ports=tuple(ports or ()),
        racks=tuple(racks or ()),
        users=_read_users(users),
        tls=read_tls(tls),
        **others,
    )


def _read_namespaces(given: Namespaces) -> dict[str, dict[str, Any]]:
    """A name, several, or with parameters."""
    if isinstance(given, str):
        return {given: {}}
    if isinstance(given, Mapping):
        return {name: dict(parameters) for name, parameters in given.items()}
    return {name: {} for name in given}


def _read_users(given: Users | None) -> dict[str, UserOptions] | None:
    """A password each, with roles, or all there is to say."""
    if given is None:
        return None
    found: dict[str, UserOptions] = {}
    for name, user in given.items():
        match user:
            case UserOptions():
                found[name] = user
            case str():
                found[name] = UserOptions(user)
            case (str(password), [*roles]):
                found[name] = _user(password, roles)
            case _:
                # Not shown: it may have a password in it.
                raise ClusterOptionError(
                    f"users[{name!r}] is neither a password nor a pair of a password and roles"
                )
    return found


def _user(password: str, roles: Sequence[str], external: bool = False) -> UserOptions:
    return UserOptions(password, tuple(roles), external)


def _check_number(name: str, value: object, least: int, most: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ClusterOptionError(f"{name} is a number from {least} to {most}, not {value!r}")


def _check_name(option: str, name: object, most: int) -> None:
    fine = isinstance(name, str) and 0 < len(name.encode()) <= most
    if not fine or any(mark in str(name) for mark in ":;,=/\n\t\0"):
        raise ClusterOptionError(
            f"{option}: a name has 1 to {most} bytes in UTF-8 and none of :;,=/, not {name!r}"
        )


def _check_users(users: Mapping[str, UserOptions]) -> None:
    if users and find_spec("bcrypt") is None:
        raise ClusterOptionError("users need the package bcrypt", hint="pip install bcrypt")
    for name, user in users.items():
        _check_name("users", name, _MAX_USER_BYTES)
        for role in user.roles:
            if role not in ROLES:
                known = ", ".join(ROLES)
                raise ClusterOptionError(f"users[{name!r}]: a role is one of {known}, not {role!r}")


def _check_parameters(option: str, parameters: Mapping[str, Any], known: Mapping[str, str]) -> None:
    for name, value in parameters.items():
        if name not in known:
            raise ClusterOptionError(f"{option}: servers have no parameter {name!r}")
        if known[name].isdecimal() and not str(value).isdecimal():
            raise ClusterOptionError(f"{option}: {name} is a number, not {value!r}")
