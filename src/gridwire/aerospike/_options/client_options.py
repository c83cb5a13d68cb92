# SPDX-License-Identifier: Apache-2.0
"""The configuration of a client: a dictionary, checked once, becomes a record of options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, NamedTuple

from gridwire._core.addresses import candidates
from gridwire.aerospike import constants as c
from gridwire.aerospike._options.checks import boolean, number, text
from gridwire.aerospike._options.settings import CONFIG, TLS
from gridwire.errors import AddressSyntaxError
from gridwire.telemetry import Telemetry, telemetry_of

__all__ = ["DEFAULT_PORT", "ClientOptions", "Host", "TlsOptions", "read_config"]

DEFAULT_PORT = 3000

_MAX_SECONDS_OF_IDLE = 3600
_MAX_APPLICATION_BYTES = 255

_POLICY_KINDS = ("read", "write", "batch", "info")


class Host(NamedTuple):
    """Where a seed listens, and the name that its certificate has."""

    name: str
    port: int
    tls_name: str | None = None


@dataclass(frozen=True, slots=True)
class TlsOptions:
    """How to speak TLS.

    Attributes:
        context: an `ssl.SSLContext` that the user made, used as it is; else None.
        cafile: certificates that are trusted, in PEM format; None for those of the system.
        certfile: this client's certificate, in PEM format.
        keyfile: its key; None when it is in `certfile`.
        keyfile_password: of the key.
        name: the name that servers' certificates must have, None for the host's.
        check_hostname: whether the name is looked at.
        protocol: the only version that is spoken; None for 1.2 and later.
        ciphers: those up to TLS 1.2 that are allowed, in OpenSSL's notation.
    """

    context: Any = None
    cafile: str | None = None
    certfile: str | None = None
    keyfile: str | None = None
    keyfile_password: str | None = field(default=None, repr=False)
    name: str | None = None
    check_hostname: bool = True
    protocol: str | None = None
    ciphers: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientOptions:
    """The options of a client; times are seconds.

    Attributes:
        hosts: seeds; they are never forgotten.
        cluster_name: what nodes must call their cluster; empty for any.
        auth_mode: `AUTH_*`.
        user: who logs in, None for nobody.
        password: of the user.
        timeout: for opening a connection, with TLS and authentication.
        idle_timeout: how long a connection may stand unused before it is closed.
        max_conns_per_node: sockets to one node, for commands.
        min_conns_per_node: sockets that are opened before `connect` returns, and kept.
        conn_pools_per_node: shards of the threaded pool.
        pipeline_depth: requests under way on one connection; 1 for one at a time.
        tend_interval: between two looks at the cluster.
        use_services_alternate: whether nodes are reached at their alternate addresses.
        max_concurrent_operations: commands at once; 0 for no limit.
        operation_queue_timeout: how long a command waits for its turn; 0 for ever.
        tls: None for plain connections.
        rack_ids: racks to prefer, the best first.
        policies: defaults by kind, as the user wrote them.
        application_id: what servers list this client as.
        max_error_rate: errors of a node in a window after which it is left alone; 0 for never.
        error_rate_window: how many tends a window lasts.
        telemetry: to whom calls are told, None for nobody.
        warnings: what in the configuration deserves one.
    """

    hosts: tuple[Host, ...]
    cluster_name: str = ""
    auth_mode: int = c.AUTH_INTERNAL
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    timeout: float = 1.0
    idle_timeout: float = 55.0
    max_conns_per_node: int = 256
    min_conns_per_node: int = 0
    conn_pools_per_node: int = 1
    pipeline_depth: int = 8
    tend_interval: float = 1.0
    use_services_alternate: bool = False
    max_concurrent_operations: int = 0
    operation_queue_timeout: float = 0.0
    tls: TlsOptions | None = None
    rack_ids: tuple[int, ...] = ()
    policies: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    application_id: str = ""
    max_error_rate: int = 100
    error_rate_window: int = 1
    telemetry: Telemetry | None = None
    warnings: tuple[str, ...] = ()

    @property
    def risks(self) -> tuple[str, ...]:
        """What is possible, and unsafe."""
        if self.auth_mode == c.AUTH_EXTERNAL and self.user is not None and self.tls is None:
            return (
                f"AUTH_EXTERNAL without tls: the password of user {self.user!r} travels in clear",
            )
        return ()


def read_config(config: Mapping[str, Any], **instead: Any) -> ClientOptions:
    """Check a configuration.

    Args:
        config: as users write it, times in milliseconds but `idle_timeout` in seconds.
        **instead: what comes over keys of it.

    Returns:
        The options; `warnings` has what deserves one.

    Raises:
        TypeError: a value has the wrong type.
        ValueError: a value cannot be, or `hosts` is missing.
        InvalidArgError: a number is out of its range.
    """
    if not isinstance(config, Mapping):
        raise TypeError(f"a configuration is a dict, not {type(config).__name__}")
    config = {**config, **instead}
    warnings = [_unknown(name) for name in config if name not in CONFIG]
    most = _whole(config, "max_conns_per_node")
    idle, warning = _idle_timeout(config)
    if warning:
        warnings.append(warning)
    auth_mode = config.get("auth_mode")
    if auth_mode is None:
        auth_mode = c.AUTH_INTERNAL
    modes = (c.AUTH_INTERNAL, c.AUTH_EXTERNAL, c.AUTH_PKI)
    if isinstance(auth_mode, bool) or auth_mode not in modes:
        raise ValueError(
            "auth_mode must be AUTH_INTERNAL (0), AUTH_EXTERNAL (1), or AUTH_PKI (2); "
            f"got {auth_mode!r}"
        )
    least = _whole(config, "min_conns_per_node")
    if least > most:
        raise ValueError(f"min_conns_per_node ({least}) is more than max_conns_per_node ({most})")
    return ClientOptions(
        hosts=_hosts(config),
        cluster_name=text(config, "cluster_name", ""),
        auth_mode=auth_mode,
        user=text(config, "user", "") or None,
        password=text(config, "password", "") if config.get("password") is not None else None,
        timeout=_whole(config, "timeout") / 1000,
        idle_timeout=idle,
        max_conns_per_node=most,
        min_conns_per_node=least,
        conn_pools_per_node=_whole(config, "conn_pools_per_node"),
        pipeline_depth=_whole(config, "pipeline_depth"),
        tend_interval=_whole(config, "tend_interval") / 1000,
        use_services_alternate=boolean(config, "use_services_alternate", False),
        max_concurrent_operations=_whole(config, "max_concurrent_operations"),
        operation_queue_timeout=_whole(config, "operation_queue_timeout_ms") / 1000,
        tls=_tls(config.get("tls")),
        rack_ids=_racks(config),
        policies=_policies(config.get("policies")),
        application_id=_application(config),
        max_error_rate=_whole(config, "max_error_rate"),
        error_rate_window=_whole(config, "error_rate_window"),
        telemetry=telemetry_of(config.get("telemetry")),
        warnings=tuple(warnings),
    )


def _whole(config: Mapping[str, Any], name: str) -> int:
    setting = CONFIG[name]
    return number(config, name, setting.default, setting.least)


def _unknown(name: Any) -> str:
    close = get_close_matches(str(name), CONFIG, n=1)
    nearest = f"; did you mean {close[0]!r}?" if close else ""
    return f"the configuration key {name!r} is unknown and has no effect{nearest}"


def _idle_timeout(config: Mapping[str, Any]) -> tuple[float, str | None]:
    value = config.get("idle_timeout")
    if value is None:
        return 55.0, None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"idle_timeout must be a number of seconds, not {type(value).__name__}")
    if not 0 <= value < float("inf"):
        raise ValueError(f"idle_timeout is a number of seconds from 0 on, not {value}")
    if value > _MAX_SECONDS_OF_IDLE:
        return float(value), (
            f"idle_timeout is in seconds: {value} means {value / 3600:.1f} hours; "
            "for milliseconds, divide by 1000"
        )
    return float(value), None


def _hosts(config: Mapping[str, Any]) -> tuple[Host, ...]:
    if "hosts" not in config:
        raise ValueError("Config must contain 'hosts' key")
    given = config["hosts"]
    if isinstance(given, (str, bytes, Mapping)) or not hasattr(given, "__iter__"):
        raise TypeError("hosts is a list of (host, port) tuples or 'host:port' strings")
    hosts = tuple(_host(item) for item in given)
    if not hosts:
        raise ValueError("hosts list must not be empty")
    return hosts


def _host(item: Any) -> Host:
    if isinstance(item, str):
        try:
            endpoint = candidates(item, (DEFAULT_PORT,))[0]
        except AddressSyntaxError as error:
            raise ValueError(f"Invalid host string {item!r}: {error}") from error
        return Host(endpoint.host, endpoint.port)
    if not isinstance(item, (tuple, list)) or not 1 <= len(item) <= 3:
        raise TypeError("Host must be a (host, port) tuple or a string")
    name, port, tls_name = (*item, DEFAULT_PORT, None)[:3] if len(item) == 1 else (*item, None)[:3]
    if not isinstance(name, str) or isinstance(port, bool) or not isinstance(port, int):
        raise TypeError("Host must be a (host, port) tuple or a string")
    if tls_name is not None and not isinstance(tls_name, str):
        raise TypeError("the TLS name of a host must be a str")
    if not name:
        raise ValueError("a host must have a name")
    if not 0 < port < 65536:
        raise ValueError(f"the port of a host is 1 to 65535, not {port}")
    return Host(name, port, tls_name)


_TLS_FLAGS = {"check_hostname", "enable"}
# What other clients call them, where that is not found by likeness.
_TLS_OFFICIAL = {
    "cipher_suite": "ciphers",
    "protocols": "protocol",
    "keyfile_pw": "keyfile_password",
}
_TLS_VERSIONS = ("TLSv1", "TLSv1_1", "TLSv1_2", "TLSv1_3")


def _tls(given: Any) -> TlsOptions | None:
    if given is None or given is False:
        return None
    if given is True:
        return TlsOptions()
    if not isinstance(given, Mapping):
        # The type is not imported for a check: only who speaks TLS pays for the module.
        if not hasattr(given, "wrap_bio"):
            raise TypeError(f"tls is an ssl.SSLContext or a dict, not {type(given).__name__}")
        return TlsOptions(context=given)
    for name in given:
        if name not in TLS:
            official = _TLS_OFFICIAL.get(name)
            close = [official] if official else get_close_matches(str(name), TLS, n=1)
            nearest = f"; did you mean {close[0]!r}?" if close else ""
            raise ValueError(f"tls has no key {name!r}{nearest}")
    checks = boolean(given, "check_hostname", True)
    enabled = boolean(given, "enable", True)
    texts = {name: text(given, name, "") or None for name in TLS.keys() - _TLS_FLAGS}
    if texts["protocol"] not in (None, *_TLS_VERSIONS):
        known = ", ".join(_TLS_VERSIONS)
        raise ValueError(f"protocol of tls is one of {known}, not {texts['protocol']!r}")
    if texts["ciphers"] is not None and texts["protocol"] == "TLSv1_3":
        raise ValueError("ciphers of tls have no effect on TLS 1.3, whose ciphers are not chosen")
    return TlsOptions(check_hostname=checks, **texts) if enabled else None


def _racks(config: Mapping[str, Any]) -> tuple[int, ...]:
    one, many = config.get("rack_id"), config.get("rack_ids")
    if one is not None and many is not None:
        raise ValueError("give rack_id or rack_ids, not both")
    if one is not None:
        return (_rack("rack_id", one),)
    if many is None:
        return ()
    if isinstance(many, (str, bytes, Mapping)) or not hasattr(many, "__iter__"):
        raise TypeError(f"rack_ids must be a list of ints, not {type(many).__name__}")
    return tuple(_rack("a rack of rack_ids", rack) for rack in many)


def _rack(name: str, rack: Any) -> int:
    if isinstance(rack, bool) or not isinstance(rack, int):
        raise TypeError(f"{name} must be an int, not {type(rack).__name__}")
    return rack


def _policies(given: Any) -> Mapping[str, Mapping[str, Any]]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise TypeError(f"policies must be a dict, not {type(given).__name__}")
    for kind, policy in given.items():
        if kind not in _POLICY_KINDS:
            raise ValueError(f"policies has {', '.join(_POLICY_KINDS)}, not {kind!r}")
        if not isinstance(policy, Mapping):
            raise TypeError(f"the {kind} policy must be a dict, not {type(policy).__name__}")
    return {kind: dict(policy) for kind, policy in given.items()}


def _application(config: Mapping[str, Any]) -> str:
    name = text(config, "application_id", "")
    if len(name.encode()) > _MAX_APPLICATION_BYTES or "\n" in name:
        raise ValueError(f"application_id is one line of at most {_MAX_APPLICATION_BYTES} bytes")
    return name
