# SPDX-License-Identifier: Apache-2.0
"""Real members and a `ClientConfig`: what it asks for, they do."""

from __future__ import annotations

import pytest

from gridwire.hazelcast import EVICTION_POLICY, NearCacheConfig
from gridwire.hazelcast.config import ConfigurationWarning
from gridwire.hazelcast.errors import IllegalStateError
from support.client_configs import config_of
from support.diary import Diary
from support.patience import until

pytestmark = pytest.mark.real_member


def test_real_members_let_in_a_client_of_3x(styles, real_cluster) -> None:
    came = Diary()
    config = config_of(real_cluster).add_membership_listener(came, fire_for_existing=True)
    # Members that are not secured refuse whoever brings credentials; this is no such thing.
    config.group_config.password = "dev-pass"
    near = NearCacheConfig(f"near 3x {styles.name}")
    near.eviction_max_size = 5
    config.add_near_cache_config(near)
    with pytest.warns(ConfigurationWarning, match=r"GroupConfig\.password"):
        client = styles.client(config=config)
    values = client.map(near.name)
    for number in range(8):
        styles.call(values.set, number, str(number))
        assert styles.call(values.get, number) == str(number)

    def filled() -> bool:
        """What was read while new members gave out their partitions is not kept, but read again."""
        assert styles.call(values.get_all, range(8)) == {n: str(n) for n in range(8)}
        return values.near_cache.get_statistics()["owned_entry_count"] == 5

    until(filled)
    told = values.near_cache.get_statistics()
    assert near.eviction_policy is EVICTION_POLICY.NONE
    assert (told["owned_entry_count"], told["evictions"]) == (5, 0)
    addresses = {came.next().address for _ in client.cluster.get_members()}
    assert addresses == {member.address for member in client.cluster.get_members()}


def test_real_members_that_refuse_are_asked_in_each_round(styles, real_cluster) -> None:
    config = config_of(real_cluster)
    config.group_config.name = "nobody's"
    config.network_config.connection_attempt_limit = 3
    config.network_config.connection_attempt_period = 0.05
    with pytest.raises(IllegalStateError, match=r"in 3 rounds.*refused"):
        styles.client(config=config)
