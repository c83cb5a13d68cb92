# SPDX-License-Identifier: Apache-2.0
"""Two programs with two versions of a dataclass on one cluster, as the page about Compact tells."""

from __future__ import annotations

from dataclasses import field, make_dataclass

OLD_LINE = make_dataclass("Line", [("count", int)])
OLD = make_dataclass("Order", [("line", OLD_LINE), ("more", list[OLD_LINE])])
LINE = make_dataclass("Line", [("count", int), ("note", str, field(default="-"))])
NEW = make_dataclass(
    "Order", [("line", LINE), ("more", list[LINE]), ("rebate", int | None, field(default=None))]
)


def test_versions_side_by_side(styles, cluster) -> None:
    old = styles.client(cluster, compact_serializers=[OLD]).map(styles.name)
    new = styles.client(cluster, compact_serializers=[NEW]).map(styles.name)
    styles.call(old.set, 1, OLD(OLD_LINE(1), [OLD_LINE(2)]))
    styles.call(new.set, 2, NEW(LINE(3, "x"), [LINE(4, "y")], 5))
    assert styles.call(new.get, 1) == NEW(LINE(1), [LINE(2)])
    assert styles.call(old.get, 2) == OLD(OLD_LINE(3), [OLD_LINE(4)])
    # What the old program does not know is lost when it stores what it read.
    styles.call(old.set, 2, styles.call(old.get, 2))
    assert styles.call(new.get, 2) == NEW(LINE(3), [LINE(4)])


def test_what_another_version_wrote_is_another_value(styles, cluster) -> None:
    old = styles.client(cluster, compact_serializers=[OLD]).map(f"{styles.name} same")
    new = styles.client(cluster, compact_serializers=[NEW]).map(f"{styles.name} same")
    styles.call(old.set, 1, OLD(OLD_LINE(1), []))
    read = styles.call(new.get, 1)
    assert not styles.call(new.contains_value, read)
    assert not styles.call(new.replace_if_same, 1, read, NEW(LINE(9), []))
    assert not styles.call(new.remove_if_same, 1, read)
    assert styles.call(old.contains_value, OLD(OLD_LINE(1), []))
    styles.call(new.set, 1, read)
    assert styles.call(new.replace_if_same, 1, read, NEW(LINE(9), []))
    assert styles.call(old.get, 1) == OLD(OLD_LINE(9), [])
