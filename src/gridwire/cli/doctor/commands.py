# SPDX-License-Identifier: Apache-2.0
"""The commands of the doctor and their options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from gridwire._core.addresses import candidates
from gridwire.errors import AddressSyntaxError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridwire._core.addresses import Endpoint
    from gridwire.cli.doctor.settings import Settings, System

__all__ = ["app"]

app = typer.Typer(
    help="Look at a cluster from here: what is wrong, and what to change.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)

_HAZELCAST_PORT, _AEROSPIKE_PORT = 5701, 3000
_MAX_ADDRESSES = 64
"""Addresses of one call."""

_SHORTEST, _LONGEST = 0.05, 600.0

Members = Annotated[
    list[str],
    typer.Option(
        metavar="HOST:PORT,...",
        help="Where to begin; may be given several times.",
        show_default=False,
    ),
]
ClusterName = Annotated[
    str | None, typer.Option(metavar="NAME", help="What the cluster is called.")
]
User = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Who logs in. The password is read from GRIDWIRE_PASSWORD, or asked for.",
    ),
]
PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]
Tls = Annotated[bool, typer.Option("--tls", help="Speak TLS.")]
CaFile = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="Certificates to trust, PEM; without, the system's."),
]
CertFile = Annotated[
    str | None, typer.Option(metavar="FILE", help="Certificate of this client, PEM.")
]
KeyFile = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="Its key, if it is not in the same file. GRIDWIRE_KEY_PASSWORD decrypts it.",
    ),
]
ServerName = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="The name that certificates must have, if nodes tell none."),
]
NoCheckHostname = Annotated[
    bool, typer.Option("--no-check-hostname", help="Do not look at the names in certificates.")
]
Timeout = Annotated[
    float,
    typer.Option(
        metavar="SECONDS", min=_SHORTEST, max=_LONGEST, help="How long each step may take."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document, and nothing else.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Common:
    """The options that both commands have, as they were given."""

    members: Sequence[str]
    cluster_name: str | None
    user: str | None
    password_stdin: bool
    tls: bool
    cafile: str | None
    certfile: str | None
    keyfile: str | None
    server_name: str | None = None
    no_check_hostname: bool
    timeout: float


@app.command("hazelcast")
def hazelcast(
    members: Members,
    cluster_name: ClusterName = None,
    user: User = None,
    password_stdin: PasswordStdin = False,
    tls: Tls = False,
    cafile: CaFile = None,
    certfile: CertFile = None,
    keyfile: KeyFile = None,
    no_check_hostname: NoCheckHostname = False,
    timeout: Timeout = 5.0,
    use_public_ip: Annotated[
        bool,
        typer.Option("--use-public-ip", help="Connect to the public addresses of the members."),
    ] = False,
    write_probe: Annotated[
        bool,
        typer.Option(
            "--write-probe",
            help="Write a map of its own and destroy it, which shows the members' clocks.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Look at a Hazelcast cluster. The cluster is called "dev" if no name is given.

    The exit status is 0 if all is well, 1 if something failed, 2 if it could not begin, and 3 if
    there are warnings alone.
    """
    from gridwire.cli.doctor.settings import System

    given = _Common(
        members=members,
        cluster_name=cluster_name,
        user=user,
        password_stdin=password_stdin,
        tls=tls,
        cafile=cafile,
        certfile=certfile,
        keyfile=keyfile,
        no_check_hostname=no_check_hostname,
        timeout=timeout,
    )
    extra = {"use_public_ip": use_public_ip, "write_probe": write_probe}
    _run(System.HAZELCAST, _HAZELCAST_PORT, given, extra, as_json)


@app.command("aerospike")
def aerospike(
    members: Members,
    cluster_name: ClusterName = None,
    user: User = None,
    password_stdin: PasswordStdin = False,
    tls: Tls = False,
    cafile: CaFile = None,
    certfile: CertFile = None,
    keyfile: KeyFile = None,
    server_name: ServerName = None,
    no_check_hostname: NoCheckHostname = False,
    timeout: Timeout = 5.0,
    use_services_alternate: Annotated[
        bool,
        typer.Option(
            "--use-services-alternate", help="Connect to the alternate addresses of the nodes."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Look at an Aerospike cluster. Its name is not looked at if none is given.

    The exit status is 0 if all is well, 1 if something failed, 2 if it could not begin, and 3 if
    there are warnings alone.
    """
    from gridwire.cli.doctor.settings import System

    given = _Common(
        members=members,
        cluster_name=cluster_name,
        user=user,
        password_stdin=password_stdin,
        tls=tls,
        cafile=cafile,
        certfile=certfile,
        keyfile=keyfile,
        server_name=server_name,
        no_check_hostname=no_check_hostname,
        timeout=timeout,
    )
    extra = {"use_services_alternate": use_services_alternate}
    _run(System.AEROSPIKE, _AEROSPIKE_PORT, given, extra, as_json)


def _run(system: System, port: int, given: _Common, extra: dict[str, bool], as_json: bool) -> None:
    from gridwire.cli.doctor.command import doctor

    endpoints = _endpoints(given.members, port)
    _check_tls(given)
    raise typer.Exit(doctor(lambda: _settings(system, endpoints, given, extra), as_json=as_json))


def _settings(
    system: System, endpoints: tuple[Endpoint, ...], given: _Common, extra: dict[str, bool]
) -> Settings:
    from gridwire.cli.doctor.password import key_password, read_password
    from gridwire.cli.doctor.settings import Settings, TlsSettings

    password = read_password(given.user, from_stdin=given.password_stdin)
    tls = None
    if given.tls:
        tls = TlsSettings(
            cafile=given.cafile,
            certfile=given.certfile,
            keyfile=given.keyfile,
            key_password=key_password(),
            server_name=given.server_name,
            check_hostname=not given.no_check_hostname,
        )
    return Settings(
        system,
        endpoints,
        cluster_name=given.cluster_name,
        user=given.user,
        password=password,
        tls=tls,
        timeout=given.timeout,
        **extra,
    )


def _endpoints(texts: Sequence[str], port: int) -> tuple[Endpoint, ...]:
    """Read addresses, each once.

    Raises:
        BadParameter: one is none, or there are none, or too many.
    """
    parts = [part.strip() for text in texts for part in text.split(",") if part.strip()]
    if not parts:
        raise typer.BadParameter("name at least one address", param_hint="--members")
    try:
        found = dict.fromkeys(candidates(part, (port,))[0] for part in parts)
    except AddressSyntaxError as error:
        raise typer.BadParameter(str(error), param_hint="--members") from None
    if len(found) > _MAX_ADDRESSES:
        raise typer.BadParameter(f"at most {_MAX_ADDRESSES} addresses", param_hint="--members")
    return tuple(found)


def _check_tls(given: _Common) -> None:
    """Options about TLS without TLS would have no effect, which is never what was meant."""
    without_effect = [
        option
        for option, value in (
            ("--cafile", given.cafile),
            ("--certfile", given.certfile),
            ("--keyfile", given.keyfile),
            ("--server-name", given.server_name),
            ("--no-check-hostname", given.no_check_hostname),
        )
        if value
    ]
    if without_effect and not given.tls:
        raise typer.BadParameter(f"{', '.join(without_effect)} without --tls has no effect")
