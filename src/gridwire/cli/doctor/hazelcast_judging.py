# SPDX-License-Identifier: Apache-2.0
"""Judges what Hazelcast members say of themselves: who lets us in, and with which version. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from gridwire.cli.doctor.answers import Answer, how_it_was
from gridwire.cli.doctor.findings import Fact, Finding, failed, fine, warned
from gridwire.cli.doctor.hazelcast_door import DEFAULT_CLUSTER_NAME
from gridwire.cli.doctor.texts import listed, milliseconds
from gridwire.cli.doctor.tls_judging import refused_by_peer, spoken_in_tls

if TYPE_CHECKING:
    from gridwire.cli.doctor.hazelcast_door import Entry
    from gridwire.cli.doctor.settings import Settings
    from gridwire.hazelcast.core import MemberInfo

__all__ = ["judge_clusters", "judge_entry", "judge_version", "judge_versions"]

_OLDEST, _NEWEST = (4, 0), (5, 7)
"""The lines of members that the client is tested with."""


def judge_entry(target: str, entry: Entry, settings: Settings) -> list[Finding]:
    """Judge an authentication.

    Args:
        target: the address.
        entry: what came of it.
        settings: what the doctor was told.
    """
    if entry.answer == Answer.ADMITTED:
        return [_admitted(target, entry, settings)]
    if entry.answer == Answer.TLS:
        return [spoken_in_tls(target, "the member", "ssl_enabled=True and ssl_cafile")]
    if entry.alert is not None:
        return [refused_by_peer(target, entry.alert)]
    text, change = _refused(entry, settings)
    return [failed("authentication", target, text, change, failure=entry.answer)]


def _admitted(target: str, entry: Entry, settings: Settings) -> Finding:
    admission = entry.admission
    assert admission is not None
    facts: dict[str, Fact] = {
        "cluster_name": settings.cluster_name or DEFAULT_CLUSTER_NAME,
        "user": settings.user,
        "member": str(admission.member_uuid),
        "version": admission.server_version,
        "cluster_id": str(admission.cluster_id),
        "partition_count": admission.partition_count,
        "seconds": round(entry.seconds, 6),
    }
    whom = "" if settings.user is None else f" as {settings.user!r}"
    text = f"let in{whom} by member {admission.member_uuid} in {milliseconds(entry.seconds)}"
    if entry.open_to_all:
        return warned(
            "authentication",
            target,
            f"{text}; but it lets in whoever brings no credentials, too",
            "Turn security on in the configuration of the members, if credentials are to matter.",
            **facts,
        )
    return fine("authentication", target, text, **facts)


def _refused(entry: Entry, settings: Settings) -> tuple[str, str]:
    """What is wrong, and what to change."""
    name = settings.cluster_name or DEFAULT_CLUSTER_NAME
    if entry.answer == Answer.REFUSED:
        return _wrong_credentials(entry, settings, name)
    if entry.answer == Answer.NOT_ALLOWED:
        return (
            "the member does not allow this client in its cluster",
            (
                "Look whether clients are blocked in the Management Center, or the cluster is being"
                " changed to another one."
            ),
        )
    if entry.answer == Answer.SERIALIZATION:
        return (
            f"the member does not go together with this client: {entry.text}",
            "Use members 4.0 or later.",
        )
    if entry.answer == Answer.ERROR:
        return (
            f"the member answered with an error: {entry.text}",
            "Look into the log of the member.",
        )
    how = how_it_was(entry.answer, entry.text)
    if settings.tls is not None and settings.tls.certfile is None and entry.answer == Answer.ENDED:
        # Some servers end the connection behind the handshake, and do not say why.
        return (
            f"the member {how}, behind a TLS handshake that went well",
            "Give --certfile and --keyfile: it seems to want a certificate of its clients.",
        )
    return (
        f"whoever listens there {how}",
        (
            "Check the port: a member's own port is wanted, 5701 by default, not that of the"
            " Management Center or of a web server. A member of 3.x does not speak this protocol."
        ),
    )


def _wrong_credentials(entry: Entry, settings: Settings, name: str) -> tuple[str, str]:
    if settings.user is None:
        return (
            f"the member does not accept the cluster name {name!r}, or wants credentials",
            (
                "Compare --cluster-name with <cluster-name> of the members' configuration; give"
                " --user if their security is on. Members do not say which of them is wrong."
            ),
        )
    if entry.open_to_all:
        return (
            f"the cluster name {name!r} is right, and the member takes no credentials",
            (
                "Leave --user out, and creds_username and creds_password in programs; or turn"
                " security on in the members' configuration."
            ),
        )
    return (
        (
            f"the member does not accept the cluster name {name!r}, the user {settings.user!r} or"
            " the password"
        ),
        (
            "Compare --cluster-name with <cluster-name> of the members' configuration, and user"
            " and password with its security realm. Members do not say which of them is wrong."
        ),
    )


def judge_version(target: str, version: str) -> Finding:
    """Judge the version that a member tells.

    Args:
        target: the address.
        version: such as ``5.3.8``.
    """
    numbers = _numbers(version)
    if numbers is None or numbers < _OLDEST:
        return failed(
            "version",
            target,
            f"version {version or 'unknown'}",
            "Use members 4.0 or later: this client speaks their protocol alone.",
            version=version,
        )
    if numbers > _NEWEST:
        return warned(
            "version",
            target,
            f"version {version}, newer than {_NEWEST[0]}.{_NEWEST[1]}, the newest that this client"
            " is tested with",
            "Look for a newer gridwire.",
            version=version,
        )
    return fine("version", target, f"version {version}", version=version)


def _numbers(version: str) -> tuple[int, int] | None:
    major, _, rest = version.partition(".")
    minor = rest.partition(".")[0].partition("-")[0]
    if not (major.isdecimal() and minor.isdecimal() and len(major) + len(minor) < 8):
        return None
    return int(major), int(minor)


def judge_versions(members: Sequence[MemberInfo]) -> Finding:
    """Judge whether the members of a cluster are of one version."""
    versions = sorted({member.version for member in members})
    texts = [str(version) for version in versions]
    if len({(version.major, version.minor) for version in versions}) > 1:
        return warned(
            "versions",
            "cluster",
            f"members of versions {listed(texts)}",
            "Finish the upgrade: mixed versions are meant for the time of a rolling upgrade.",
            versions=texts,
        )
    if len(versions) > 1:
        return fine("versions", "cluster", f"one line: {listed(texts)}", versions=texts)
    return fine("versions", "cluster", f"all members are {texts[0]}", versions=texts)


def judge_clusters(clusters: Sequence[tuple[str, UUID]]) -> Finding | None:
    """Judge whether all addresses lead to one cluster.

    Args:
        clusters: each address with the identity of the cluster found there.

    Returns:
        None when there is but one address.
    """
    found: dict[UUID, list[str]] = {}
    for target, cluster in clusters:
        found.setdefault(cluster, []).append(target)
    ids = [str(cluster) for cluster in found]
    if len(found) > 1:
        groups = "; ".join(listed(targets) for targets in found.values())
        return failed(
            "one-cluster",
            "cluster",
            f"the addresses lead to {len(found)} clusters of the same name: {groups}",
            "Give addresses of one cluster alone. If it should be one, its members do not see each"
            " other: look at their join configuration, and at the network between them.",
            cluster_ids=ids,
        )
    if len(clusters) < 2:
        return None
    return fine("one-cluster", "cluster", "all addresses lead to one cluster", cluster_ids=ids)
