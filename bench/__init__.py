# SPDX-License-Identifier: Apache-2.0
"""Measures gridwire beside its peers, in one run, on the same servers.

``python -m bench hazelcast`` (or ``make bench``) compares with hazelcast-python-client on real
members. Every measurement is a fresh process of one library that does one case; the libraries take
turns, and what counts is the median of the ratios of neighbours, because absolute times drift.
"""

from __future__ import annotations

__all__: list[str] = []
