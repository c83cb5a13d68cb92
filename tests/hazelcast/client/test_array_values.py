# SPDX-License-Identifier: Apache-2.0
"""The option array_type, and arrays of numpy as values, in each style."""

from __future__ import annotations

from array import array

import numpy as np
import pytest

from gridwire.hazelcast.config import ArrayType


@pytest.mark.parametrize("array_type", ArrayType)
def test_arrays_in_a_map(styles, cluster, array_type) -> None:
    numbers = styles.client(cluster, array_type=array_type).map(f"{styles.name} {array_type}")
    value = np.arange(5, dtype="i4")[::-1]
    assert styles.call(numbers.put, np.int64(1), value) is None
    found = styles.call(numbers.get, 1)
    assert type(found) is {0: list, 1: array, 2: np.ndarray}[array_type]
    assert list(found) == [4, 3, 2, 1, 0]
    assert styles.call(numbers.contains_value, array("i", [4, 3, 2, 1, 0]))
