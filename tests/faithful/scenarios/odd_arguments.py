# SPDX-License-Identifier: Apache-2.0
"""Arguments that nobody expects: of the wrong type, empty, negative, endless, left out."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import uuid

from faithful.catalogue import scenario
from faithful.observing import See

BY_KEY = ("get", "contains_key", "remove", "delete", "evict", "get_entry_view", "try_remove")
BY_KEY_AND_VALUE = (
    "put",
    "set",
    "put_if_absent",
    "put_transient",
    "replace",
    "try_put",
    "remove_if_same",
)
WITH_TIMES = ("put", "set", "put_if_absent", "put_transient")

FALSY = (0, False, "", 0.0, [])


class Colour(enum.Enum):
    """No client knows it."""

    RED = 1


@scenario
def falsy_keys(see: See) -> None:
    m = see.map()
    for key in FALSY:
        m.put(key, f"of {key!r}")
        m.put(key, f"again of {key!r}")
        m.get(key)
        m.contains_key(key)
        m.get_entry_view(key)
    m.size()
    m.get_all(["", 0])
    for key in FALSY:
        m.remove(key)
    m.is_empty()


@scenario
def falsy_values(see: See) -> None:
    m = see.map()
    for value in FALSY:
        m.set("k", value)
        m.get("k")
        m.contains_value(value)
        m.put("k", value)
        m.put_if_absent("k", 1)
        m.replace("k", value)
        m.replace_if_same("k", value, value)
        m.get_all(["k"])
        m.values()
        m.entry_set()
        m.remove_if_same("k", value)
        m.put_if_absent("k", value)
        m.remove("k")


@scenario
def nothing_for_a_key(see: See) -> None:
    m = see.map()
    for method in BY_KEY:
        getattr(m, method)(None)
    for method in BY_KEY_AND_VALUE:
        getattr(m, method)(None, 1)
        getattr(m, method)(1, None)
        getattr(m, method)(None, None)
    m.replace_if_same(None, 1, 2)
    m.replace_if_same(1, None, 2)
    m.replace_if_same(1, 2, None)
    m.set_ttl(None, 1)
    m.contains_value(None)
    m.get_all([None])
    m.get_all([1, None])
    m.put_all({None: 1})
    m.put_all({1: None})
    m.load_all([None])
    m.size()


@scenario
def arguments_left_out(see: See) -> None:
    m = see.map()
    for method in (*BY_KEY, *BY_KEY_AND_VALUE, "replace_if_same", "set_ttl", "contains_value"):
        getattr(m, method)()
    for method in (*BY_KEY_AND_VALUE, "replace_if_same", "set_ttl"):
        getattr(m, method)(1)
    for method in ("get_all", "put_all", "remove_entry_listener"):
        getattr(m, method)()
    m.get(1, 2, 3, 4)
    m.get(nonsense=1)
    m.size(1)
    m.clear(1)


@scenario
def by_name(see: See) -> None:
    m = see.map()
    m.put(key=1, value="a", ttl=100, max_idle=100)
    m.set(key=2, value="b", ttl=None, max_idle=None)
    m.put_if_absent(key=3, value="c", ttl=0, max_idle=0)
    m.put_transient(key=4, value="d", ttl=1000.5)
    m.replace(key=1, value="e")
    m.replace_if_same(key=1, old_value="e", new_value="f")
    m.get(key=1)
    m.get_all(keys=[1, 2])
    m.put_all(map={5: "g"})
    m.contains_key(key=5)
    m.contains_value(value="g")
    m.try_put(key=6, value="h", timeout=0)
    m.try_remove(key=6, timeout=0)
    m.set_ttl(key=5, ttl=7)
    m.get_entry_view(key=5)
    m.remove_if_same(key=5, value="g")
    m.remove(key=4)
    m.delete(key=3)
    m.evict(key=2)
    m.load_all(keys=[1], replace_existing_values=True)
    m.remove_entry_listener(registration_id="x")
    m.entry_set()


@scenario
def times(see: See) -> None:
    m = see.map()
    # Of a second or less nothing can be told: members count in whole seconds.
    for at, seconds in enumerate((0, None, 100, 5.5, 3600, 10**9)):
        key = f"{at}"
        m.set(key, "x", ttl=seconds)
        m.get_entry_view(key)
        m.set(f"idle {key}", "x", max_idle=seconds)
        m.get_entry_view(f"idle {key}")
    # Members 4.2 refuse a time to live that is longer than the idle time.
    m.put("both", 1, 100, 200)
    m.get_entry_view("both")
    m.put("both", 2)
    m.get_entry_view("both")
    m.put("both", 3, 300)
    m.get_entry_view("both")
    m.put("both", 4, max_idle=50)
    m.get_entry_view("both")
    m.set_ttl("both", 400)
    m.get_entry_view("both")
    m.set_ttl("both", 0)
    m.get_entry_view("both")
    m.replace("both", 5)
    m.get_entry_view("both")
    m.replace_if_same("both", 5, 6)
    m.get_entry_view("both")
    m.put_all({"both": 7})
    m.get_entry_view("both")
    m.try_put("both", 8)
    m.get_entry_view("both")
    m.put_transient("both", 9, 500)
    m.get_entry_view("both")


@scenario
def negative_times(see: See) -> None:
    for method in WITH_TIMES:
        m = see.map(method)
        getattr(m, method)(1, "x", ttl=-1)
        getattr(m, method)(2, "x", max_idle=-1)
        getattr(m, method)(3, "x", -0.001)
    m = see.map()
    m.set(1, "x")
    m.set_ttl(1, -1)
    m.try_put(1, "x", -1)
    m.try_remove(2, -1)


@scenario
def endless_times(see: See) -> None:
    m = see.map()
    for method in WITH_TIMES:
        for seconds in (float("nan"), float("inf"), 1e30, 10**17):
            getattr(m, method)(1, "x", ttl=seconds)
            getattr(m, method)(1, "x", max_idle=seconds)
    m.set_ttl(1, float("nan"))
    m.set_ttl(1, 1e30)


@scenario
def times_of_another_type(see: See) -> None:
    m = see.map()
    for method in WITH_TIMES:
        # Each with a key of its own, for a second may be over before the next line.
        times = ("1", True, [], object, dt.timedelta(seconds=1), decimal.Decimal(1))
        for at, seconds in enumerate(times):
            getattr(m, method)(f"{method} {at}", "x", ttl=seconds)
    m.set_ttl(1, "1")
    m.try_put(1, "x", "1")
    m.try_put(1, "x", None)
    m.try_remove(1, None)


@scenario
def collections_of_another_type(see: See) -> None:
    m = see.map()
    m.put_all({1: "a", 2: "b", 3: "c"})
    m.get_all((1, 2))
    m.get_all({1})
    m.get_all({3: None})
    m.get_all(range(2))
    m.get_all("12")
    m.get_all([])
    m.get_all(())
    m.get_all(None)
    m.get_all(5)
    m.put_all([(4, "d")])
    m.put_all(None)
    m.put_all(5)
    m.load_all(5)
    m.load_all([])
    m.size()


@scenario
def values_that_go_through(see: See) -> None:
    m = see.map()
    for value in (
        bytearray(b""),
        bytearray(b"\x00\xff"),
        "\ud7ff\ue000",
        "\N{COMBINING ACUTE ACCENT}",
        -(2**31),
        5e-324,
        float("-inf"),
        decimal.Decimal("1E+30"),
        decimal.Decimal("-0.000"),
        dt.datetime(2024, 2, 29, 1, 2, 3, 4, dt.timezone(dt.timedelta(hours=5, minutes=30))),
        dt.datetime(1, 1, 1, tzinfo=dt.UTC),
        dt.time(0, 0),
        dt.date(9999, 12, 31),
        uuid.UUID(int=2**128 - 1),
        [[[[[]]]]],
        [0, "", None, [False]],
        ["x"] * 1000,
    ):
        m.set("k", value)
        m.get("k")
        m.put_if_absent("k", 1)
        m.contains_value(value)


@scenario
def nan(see: See) -> None:
    m = see.map()
    m.set(float("nan"), "key")
    m.get(float("nan"))
    m.set("k", float("nan"))
    m.get("k")
    m.contains_value(float("nan"))
    m.replace_if_same("k", float("nan"), 1)


@scenario
def integers_that_do_not_fit(see: See) -> None:
    m = see.map()
    for number in (2**31, -(2**31) - 1, 2**63, 10**100):
        m.set("k", number)
        m.set(number, "k")
        m.get(number)
        m.contains_value(number)
        m.put_all({"k": number})
        m.get_all([number])
    m.size()


@scenario
def what_no_other_client_can_read(see: See) -> None:
    m = see.map()
    for value in ((1, 2), {"a": 1}, {1, 2}, 1j, Colour.RED):
        m.set("k", value)
        m.set(value, "k")


@scenario
def containers(see: See) -> None:
    m = see.map()
    for at, value in enumerate(((1, "a"), (), {"a": 1}, {}, {1, "a"}, frozenset())):
        m.set(at, value)
        m.get(at)


@scenario
def bytes_are_byte_arrays(see: See) -> None:
    m = see.map()
    m.set("k", b"\x80\xff")
    m.get("k")


@scenario
def what_cannot_be_written(see: See) -> None:
    m = see.map()
    for value in (lambda: None, object, decimal.Decimal("NaN"), decimal.Decimal("Infinity")):
        m.set("k", value)


@scenario
def naive_datetimes(see: See) -> None:
    m = see.map()
    m.set("k", dt.datetime(2024, 2, 29, 1, 2, 3))  # noqa: DTZ001 - this is what it is about
    m.get("k")


@scenario
def names(see: See) -> None:
    for suffix in ("", " ", "é", "/", "*", "?", "x" * 2000):
        m = see.map(suffix)
        m.set(1, "x")
        m.get(1)
        m.size()
