# SPDX-License-Identifier: Apache-2.0
"""The objects that queries send to members: predicates, and what aggregators and projections share.

Users import `gridwire.hazelcast.predicate`, `aggregator` and `projection`.
"""
