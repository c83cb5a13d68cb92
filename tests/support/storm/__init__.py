# SPDX-License-Identifier: Apache-2.0
"""A storm: load on a cluster of our own by all styles of calls, while faults of a plan hit it.

`plan` says what happens and when, from a seed; `book` knows what may be found; `tally` counts and
measures; `work` is the load; `cluster` makes things happen, `hazelcast` and `aerospike` are the two
systems; `run` puts them together. ``python -m support.storm --help``, with ``tests`` and ``src`` on
the path, is the long run; ``tests/test_storm.py`` is a short one of the same.
"""
