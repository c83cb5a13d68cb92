# SPDX-License-Identifier: Apache-2.0
"""Queries: predicates, aggregators, projections, pages and indexes, with Java's rules. Pure.

- `compile_predicate`: for whoever has a predicate and entries;
- `reading`: what clients send becomes `predicates`, `aggregators`, `projections`;
- `sql`: the text of an SQL predicate becomes predicates, too;
- `attributes`: paths into keys and values, with `json_text`, `object_paths`, `properties`;
- `values`, `kinds`: values as Java has them; `ordering`, `conversions`, `java_text`: what they
  equal, come before, become, and look like;
- `patterns`: LIKE and regular expressions, with `java_regex`, `regex_source`, `code_points`;
- `paging`: pages in order; `indexes`: what is checked of them; `limits`: what a query may ask for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridwire.hazelcast.serialization.byte_order import byte_order
from gridwire.testing._hazelcast.query.entries import Entry
from gridwire.testing._hazelcast.query.reading import read_predicate

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridwire.testing._hazelcast.state import ClusterState

__all__ = ["compile_predicate"]


def compile_predicate(
    data: bytes, state: ClusterState, *, optimized: bool = True
) -> Callable[[bytes, bytes], bool]:
    """Make a function of a predicate.

    Args:
        data: the predicate as a client sent it.
        state: the cluster, whose serialization reads objects of registered classes.
        optimized: whether it is rewritten as members do it before a query; they do not do it for
            listeners, which matters for `not` where attributes are null.

    Returns:
        Whether an entry passes, of its serialized key and value; it raises a `Refusal` where a
        member fails. To be used for one run on one member (or one listener), since it remembers
        of which kind the first attribute was.

    Raises:
        Refusal: the data is no predicate.
    """
    predicate = read_predicate(data, state.serialization)
    if optimized:
        predicate = predicate.optimized()
    test = predicate.test(state.serialization)
    order = byte_order(state.serialization.is_big_endian)
    return lambda key, value: test(Entry(key, value, order))
