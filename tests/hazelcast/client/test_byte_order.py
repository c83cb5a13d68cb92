# SPDX-License-Identifier: Apache-2.0
"""The option is_big_endian of clients against test members of either order.

What members do not look into is stored and found in either order; what they have to understand is
refused in the other one, as by real members. More of what little-endian members look into is in
`test_little_endian`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.predicate import greater
from gridwire.testing import HazelcastCluster


@dataclass
class Line:
    article: str
    price: Decimal
    count: int = 1


VALUES = [1, "x", 2.5, {"a": [1, None]}, Line("pen", Decimal("1.20"), 3), [Line("ink", Decimal(2))]]


@pytest.mark.parametrize("big", [True, False])
def test_values_in_either_order(styles, cluster, big: bool) -> None:
    values = styles.client(cluster, is_big_endian=big).map(f"{styles.name} {big}")
    for key, value in enumerate(VALUES):
        styles.call(values.set, key, value)
    assert [styles.call(values.get, key) for key in range(len(VALUES))] == VALUES
    assert sorted(styles.call(values.key_set)) == [*range(len(VALUES))]
    assert styles.call(values.contains_value, VALUES[4])


@pytest.mark.parametrize("big", [True, False])
def test_a_query_in_another_order_than_that_of_the_members(styles, big: bool) -> None:
    with HazelcastCluster(1, is_big_endian=big) as cluster:
        other = styles.client(cluster, is_big_endian=not big).map("other")
        styles.call(other.set, 1, VALUES[4])
        error = styles.error(other.key_set, greater("count", 1))
        assert isinstance(error, HazelcastSerializationError)
        assert styles.call(other.size) == 1
        same = styles.client(cluster, is_big_endian=big).map("same")
        styles.call(same.set, 1, VALUES[4])
        assert styles.call(same.key_set, greater("count", 1)) == [1]
        assert styles.call(same.key_set, greater("count", 3)) == []
