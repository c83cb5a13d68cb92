# SPDX-License-Identifier: Apache-2.0
"""Hazelcast Cloud: its coordinator tells where the members of a cluster are.

They know each other by private addresses, by which the cluster's own member list names them too;
the coordinator tells the public one of each.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from gridwire._core.addresses import Endpoint, parse
from gridwire._io.https import AnswerError, ask_https
from gridwire.errors import AddressSyntaxError
from gridwire.hazelcast.core import Address
from gridwire.hazelcast.errors import AuthenticationError, DiscoveryError, HazelcastError

__all__ = ["MAX_ANSWER_BYTES", "MAX_ANSWER_MEMBERS", "CloudDirectory", "read_answer"]

MAX_ANSWER_BYTES = 1024 * 1024
"""Bytes that the coordinator may answer; a member takes about a hundred of them."""

MAX_ANSWER_MEMBERS = 1000
"""Members that the coordinator may name; each may be tried with its own time, and translated.
Clusters in the cloud have tens."""

_PATH = "/cluster/discovery?token="
_HTTPS_PORT = 443
_OK = 200
_NOTHING = object()
_TRY_AGAIN = frozenset({408, 425, 429})
_CLIENT_ERRORS = range(400, 500)


class CloudDirectory:
    """The addresses that the coordinator told last.

    Args:
        base_url: where it is.
        token: who asks; it is in no text.
        seconds: that an answer may take.
        now: the client's clock, in seconds.

    Attributes:
        place: what it is called in texts.
        asked_at: when it was asked last, by the client's clock; None before.
    """

    def __init__(self, base_url: str, token: str, seconds: float, now: Callable[[], float]) -> None:
        authority, slash, path = base_url.removeprefix("https://").partition("/")
        host, port = parse(authority)
        self._endpoint = Endpoint(host, port or _HTTPS_PORT)
        self._path = f"{slash}{path}{_PATH}{quote(token, safe='')}"
        self._seconds = seconds
        self._now = now
        self._public: Mapping[Address, Endpoint] = {}
        self.place = f"{base_url}{_PATH}***"
        self.asked_at: float | None = None

    @property
    def public(self) -> Mapping[Address, Endpoint]:
        """Private address to public one, as last told."""
        return self._public

    async def refresh(self) -> None:
        """Ask the coordinator. What it told before stands until it tells something better.

        Raises:
            AuthenticationError: it does not accept the token.
            HazelcastError: it has no addresses, or its answer makes no sense.
            OSError: it cannot be reached, or not in time.
        """
        self.asked_at = self._now()
        try:
            status, body = await ask_https(
                self._endpoint,
                self._path,
                seconds=self._seconds,
                max_bytes=MAX_ANSWER_BYTES,
                name="gridwire-cloud-discovery",
            )
        except TimeoutError:
            raise TimeoutError(
                f"the coordinator did not answer within {self._seconds:g} s (connection_timeout)"
            ) from None
        except AnswerError as error:
            raise DiscoveryError(f"the coordinator answered badly: {error}") from None
        if status != _OK:
            raise _refusal(status)
        self._public = read_answer(body)

    def __repr__(self) -> str:
        return f"<CloudDirectory {self.place}, {len(self._public)} members>"


def _refusal(status: int) -> HazelcastError:
    # What else the coordinator says may repeat the token, so it is not repeated here.
    if status in _CLIENT_ERRORS and status not in _TRY_AGAIN:
        return AuthenticationError(
            f"the coordinator does not accept the token (HTTP {status})",
            hint="Check cloud_discovery_token, and that the cluster exists.",
        )
    return DiscoveryError(f"the coordinator answered HTTP {status} and no addresses")


def read_answer(body: bytes) -> Mapping[Address, Endpoint]:
    """Read what a coordinator answered.

    Args:
        body: a JSON list of objects with ``private-address`` and ``public-address``. A private
            address without a port has that of the public one.

    Returns:
        Private address to public one.

    Raises:
        DiscoveryError: it is something else, empty or too long; the text does not show it.
    """
    found: Any = _NOTHING
    # Errors are raised outside: what they would hang on to has the answer in it.
    with suppress(ValueError, RecursionError):
        found = json.loads(body)
    if found is _NOTHING:
        raise DiscoveryError("the coordinator's answer is not JSON")
    if not isinstance(found, list):
        raise DiscoveryError("the coordinator's answer is not a list of members")
    if len(found) > MAX_ANSWER_MEMBERS:
        raise DiscoveryError(
            f"the coordinator names {len(found)} members, more than {MAX_ANSWER_MEMBERS}"
        )
    public: dict[Address, Endpoint] = {}
    for number, one in enumerate(found, 1):
        place = _place(one, "public-address", None, number)
        private = _place(one, "private-address", place.port, number)
        public[Address(private.host, private.port)] = place
    if not public:
        raise DiscoveryError(
            "the coordinator knows no member of the cluster",
            hint="Check that the cluster runs, and is not paused.",
        )
    return public


def _place(one: Any, key: str, usual_port: int | None, number: int) -> Endpoint:
    text = one.get(key) if isinstance(one, dict) else None
    if not isinstance(text, str):
        raise DiscoveryError(f"the coordinator names member {number} without its {key}")
    host, port = "", None
    with suppress(AddressSyntaxError):
        host, port = parse(text)
    if not host:
        raise DiscoveryError(f"the coordinator names member {number} with a {key} that is none")
    port = port or usual_port
    if port is None:
        raise DiscoveryError(f"the coordinator names member {number} without a port")
    return Endpoint(host, port)
