# SPDX-License-Identifier: Apache-2.0
"""The configuration of 3.x for a client of a cluster that a test has."""

from __future__ import annotations

from typing import Any

from gridwire.hazelcast import ClientConfig

__all__ = ["config_of"]


def config_of(where: Any) -> ClientConfig:
    """What makes a client connect to a cluster, and nothing else."""
    config = ClientConfig()
    config.group_config.name = where.cluster_name
    config.network_config.addresses.extend(where.addresses)
    return config
