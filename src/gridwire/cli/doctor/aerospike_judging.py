# SPDX-License-Identifier: Apache-2.0
"""Judges what single Aerospike nodes say: who lets us in, versions, advertised addresses. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridwire.aerospike.protocol.result_codes import text_of
from gridwire.cli.doctor.answers import Answer, how_it_was
from gridwire.cli.doctor.findings import Fact, Finding, failed, fine, warned
from gridwire.cli.doctor.texts import listed, milliseconds
from gridwire.cli.doctor.tls_judging import refused_by_peer, spoken_in_tls

if TYPE_CHECKING:
    from gridwire.cli.doctor.aerospike_door import Greeting
    from gridwire.cli.doctor.aerospike_node import NodeReport
    from gridwire.cli.doctor.settings import Settings

__all__ = ["judge_greeting", "judge_login", "judge_node"]

_OLDEST = (6,)
"""The first major version that the client is made for."""

_NO_SUCH_USER, _WRONG_PASSWORD, _WRONG_CREDENTIAL, _NEEDS_LOGIN = 60, 62, 65, 80
_NO_SECURITY = 51
_EXPIRED_PASSWORD, _NOT_ON_LIST = 63, 82


def judge_greeting(target: str, said: Greeting, settings: Settings) -> Finding | None:
    """Judge the first words with a node.

    Args:
        target: the address.
        said: what came of them.
        settings: what the doctor was told.

    Returns:
        None when it is a node, and we may go on.
    """
    if said.answer in {Answer.ADMITTED, Answer.REFUSED}:
        return None
    if said.answer == Answer.TLS:
        return spoken_in_tls(target, "the node", 'a "tls" in the configuration')
    if said.alert is not None:
        return refused_by_peer(target, said.alert)
    tls = settings.tls
    if tls is not None and tls.certfile is None and said.answer == Answer.ENDED:
        # Some servers end the connection behind the handshake, and do not say why.
        return failed(
            "protocol",
            target,
            "the node closed the connection behind a TLS handshake that went well",
            "Give --certfile and --keyfile: it seems to want a certificate of its clients.",
            failure=said.answer,
        )
    return failed(
        "protocol",
        target,
        f"whoever listens there {how_it_was(said.answer, said.text)}",
        "Check the port: the service port of a node is wanted, 3000 by default (4333 with TLS), not"
        " that of the fabric, the heartbeat or the admin tools.",
        failure=said.answer,
    )


def judge_login(target: str, before: Greeting, said: Greeting, settings: Settings) -> Finding:
    """Judge what came of logging in, or of asking without.

    Args:
        target: the address.
        before: what came of the first words.
        said: what came of this.
        settings: what the doctor was told.
    """
    if said.answer == Answer.ADMITTED:
        return _admitted(target, before, said, settings)
    if said.answer == Answer.REFUSED:
        text, change = _refused(said.code or 0, settings)
        text = f"{text} ({said.code}: {text_of(said.code or 0)})"
        return failed("authentication", target, text, change, code=said.code)
    return failed(
        "authentication",
        target,
        f"the node did not go on: {said.text}",
        "Look into the log of the node, and whether it is overloaded; --timeout gives it longer.",
        failure=said.answer,
    )


def _admitted(target: str, before: Greeting, said: Greeting, settings: Settings) -> Finding:
    facts: dict[str, Fact] = {
        "user": settings.user,
        "node": said.answers.get("node"),
        "seconds": round(said.seconds, 6),
    }
    took = milliseconds(said.seconds)
    if settings.user is None:
        return fine("authentication", target, f"needs none; answered in {took}", **facts)
    text = f"logged in as {settings.user!r} in {took}"
    if before.answer == Answer.ADMITTED:
        return warned(
            "authentication",
            target,
            f"{text}; but the node answers questions without a login, too",
            "Turn security on in the configuration of the node, if users are to matter; otherwise"
            " leave --user out.",
            **facts,
        )
    return fine("authentication", target, text, **facts)


def _refused(code: int, settings: Settings) -> tuple[str, str]:
    """What is wrong, and what to change."""
    if code == _NEEDS_LOGIN and settings.user is None:
        return "the node wants a user", "Give --user; in programs, user and password."
    if code == _NO_SUCH_USER:
        return (
            f"the node knows no user {settings.user!r}",
            "Check the name; create the user, and wait until every node knows of it.",
        )
    if code in (_WRONG_PASSWORD, _WRONG_CREDENTIAL):
        return (
            f"the node does not accept the password of {settings.user!r}",
            "Check the password; a user of an external directory needs auth_mode AUTH_EXTERNAL.",
        )
    if code == _NO_SECURITY:
        return (
            "the node is of an edition without security",
            "Leave --user out, and user and password out of the configuration of programs.",
        )
    if code == _EXPIRED_PASSWORD:
        return f"the password of {settings.user!r} has expired", "Set a new password."
    if code == _NOT_ON_LIST:
        return (
            "the address of this machine is not on the list of the user's role",
            "Add it to the allowlist of the role.",
        )
    return "the node does not let us in", "Look at the user, its roles, and the log of the node."


def judge_node(node: NodeReport, settings: Settings) -> list[Finding]:
    """Judge what a node says of itself alone.

    Args:
        node: what it says.
        settings: what the doctor was told.
    """
    findings = [_version(node), _named(node, settings)]
    if node.partition_generation == -1:
        findings.append(
            failed(
                "partitions",
                node.target,
                f"node {node.name} has no partitions yet: clients do not use it",
                "Wait until it has joined its cluster; if it stays so, look at its heartbeat"
                " configuration and at min-cluster-size.",
                generation=-1,
            )
        )
    if node.problems:
        text = f"answers that make no sense: {listed(node.problems)}"
        findings.append(
            failed("answers", node.target, text, "Look at what stands between: is it a node?")
        )
    return findings


def _version(node: NodeReport) -> Finding:
    facts: dict[str, Fact] = {
        "node": node.name,
        "build": node.build,
        "edition": node.edition,
        "namespaces": list(node.namespaces),
    }
    text = f"{node.edition or 'server'} {node.build or 'of unknown version'}"
    if node.numbers < _OLDEST:
        change = "Use servers 6 or later: this client is made for those."
        return failed("version", node.target, text, change, **facts)
    return fine("version", node.target, text, **facts)


def _named(node: NodeReport, settings: Settings) -> Finding:
    facts: dict[str, Fact] = {"cluster_name": node.cluster_name, "node": node.name}
    wanted = settings.cluster_name
    if wanted is None or wanted == node.cluster_name:
        text = f"node {node.name} of cluster {node.cluster_name or 'without a name'!r}"
        return fine("cluster-name", node.target, text, **facts)
    return failed(
        "cluster-name",
        node.target,
        f"the node belongs to cluster {node.cluster_name!r}, not {wanted!r}",
        "Check --cluster-name (cluster_name in programs), and whether this is the right cluster.",
        **facts,
    )
