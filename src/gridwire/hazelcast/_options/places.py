# SPDX-License-Identifier: Apache-2.0
"""The options that say where members are and who asks: what goes together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridwire.hazelcast._options.option import ContradictingOptionsError, is_set

if TYPE_CHECKING:
    from gridwire.hazelcast.config import Config

__all__ = ["CLOUD_BASE_URL", "refuse_contradictions"]

CLOUD_BASE_URL = "https://api.cloud.hazelcast.com"


def refuse_contradictions(config: Config) -> None:
    """Refuse options of which one would silently be without effect.

    Raises:
        ContradictingOptionsError: two of them are given.
    """
    for one, other, why in _CONTRADICTIONS:
        if is_set(config, one) and is_set(config, other):
            raise ContradictingOptionsError(
                f"{one} and {other} cannot be used together: {why}", hint="Leave one of them out."
            )
    if config.creds_password is not None and config.creds_username is None:
        raise ContradictingOptionsError(
            "creds_password is given without creds_username", hint="Set creds_username too."
        )
    if is_set(config, "cloud_base_url") and not is_set(config, "cloud_discovery_token"):
        raise ContradictingOptionsError(
            "cloud_base_url is given without cloud_discovery_token, so nobody is asked there",
            hint="Set cloud_discovery_token too.",
        )


_ONE_SOURCE = "only one of them can say who the client is"
_ONE_PLACE = "only one of them can say where members are"
_CONTRADICTIONS = (
    ("token_provider", "creds_username", _ONE_SOURCE),
    ("token_provider", "creds_password", _ONE_SOURCE),
    ("cloud_discovery_token", "cluster_members", _ONE_PLACE),
    ("cloud_discovery_token", "use_public_ip", _ONE_PLACE),
    ("cloud_discovery_token", "address_translator", _ONE_PLACE),
    ("use_public_ip", "address_translator", _ONE_PLACE),
)
