# SPDX-License-Identifier: Apache-2.0
"""gridwire beside aerospike, aerospike_py and aerospike-native: cases, targets, client process."""

from __future__ import annotations

__all__: list[str] = []
