# SPDX-License-Identifier: Apache-2.0
"""Where a client deliberately differs from the official one on a real member, and why.

The table is short on purpose. A row is exact: where it applies, the client must do what the row
says, so a row that is no longer true fails the suite as an unlisted difference does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from faithful.drivers import DRIVERS, OURS
from faithful.observing import Note

__all__ = ["DIFFERENCES", "Difference", "disagreements", "instead_of"]


@dataclass(frozen=True)
class Difference:
    """A row of the table.

    Attributes:
        what: the case, in a few words.
        theirs: what the official client does.
        ours: what gridwire does.
        why: the reason.
        cases: a regular expression of ``scenario: recorded line`` to one of what comes instead, as
            a note writes it; both are wholly matched.
        drivers: who differs.
        in_process: whether the cluster differs, and not the client: in-process members do.
    """

    what: str
    theirs: str
    ours: str
    why: str
    cases: Mapping[str, str]
    drivers: tuple[str, ...] = OURS
    in_process: bool = False

    def instead(self, scenario: str, line: str, driver: str, in_process: bool) -> str | None:
        """What a driver sees instead of a line; None if the row is not about it."""
        if driver in self.drivers and (in_process or not self.in_process):
            for pattern, instead in self.cases.items():
                if re.fullmatch(pattern, f"{scenario}: {line}"):
                    return instead
        return None


DIFFERENCES: tuple[Difference, ...] = (
    Difference(
        "the result of `put_all`",
        "the threaded API gives a list with a None for each partition",
        "None",
        "the list says nothing; the asyncio API and the documentation of both say None",
        {r".*: put_all\(.* -> \[None.*": "-> None"},
        (*OURS, "official-asyncio"),
    ),
    Difference(
        "events of `put_all` for keys that had a value",
        "*added*, without the old value: it asks members not to look",
        "*updated*, with the old value",
        "so it is for `put` and `set`, and for the clients in other languages",
        {
            r"listeners-bulk_changes: event (4.*=12|5.*=15|6.*=18|7.*=21)\).*": (
                r"updated \(value=\d+, old_value=\d+\) type 4, of 1"
            )
        },
    ),
    Difference(
        "a negative time",
        "stands for the default of the member",
        "`ValueError`, before anything is sent",
        "a number that comes out negative is a mistake; None stands for the default",
        {
            r"odd_arguments-negative_times: .*-(1|0\.001)\) -> .*": "!! ValueError",
            r"locks-times_that_are_odd: .*-1\) -> .*": "!! ValueError",
        },
    ),
    Difference(
        "a time that no member can keep: NaN, infinite, beyond 64 bits",
        "`OverflowError`, `struct.error` or `ValueError`, as it comes",
        "`ValueError`",
        "one error, which names the argument",
        {
            r"odd_arguments-endless_times: .* !! (OverflowError|error)": "!! ValueError",
            r"locks-times_that_are_odd: .*inf\) !! OverflowError": "!! ValueError",
        },
    ),
    Difference(
        "a time that is no number of seconds: text, bool, `Decimal`",
        "`struct.error` for text; booleans and decimals are taken",
        "`TypeError`",
        "True for a second is an argument in the wrong place",
        {
            r"(odd_arguments-times_of|locks-times_that).*'1'\) !! error": "!! TypeError",
            r"odd_arguments-times_of_another_type: .*(True|Decimal\('1'\))\) -> .*": "!! TypeError",
        },
    ),
    Difference(
        "keys to load: none at all, or None among them",
        "an empty list loads everything; None is an `AttributeError`",
        "an empty list loads nothing; None is refused as everywhere",
        "what was computed as empty must not mean all",
        {
            r"odd_arguments-collections_of_another_type: load_all\(\[\]\) !! .*": "-> None",
            r"odd_arguments-nothing_for_a_key: load_all\(\[None\]\) !! .*": "!! AssertionError",
        },
    ),
    Difference(
        "`bytes`",
        "pickled, which fails above 0x7f; a byte array comes back as `bytearray`",
        "written and read as the byte arrays of all other clients, as `bytes`",
        "binary data is common, and pickles are readable for nobody else",
        {
            r"odd_arguments-bytes_are_byte_arrays: set\(.*": "-> None",
            r"odd_arguments-bytes_are_byte_arrays: get\(.*": r"-> b'\\x80\\xff'",
            r"odd_arguments-values_that_go_through: .* -> bytearray\(b''\)": "-> b''",
            r"odd_arguments-values_that_go_through: .* -> bytearray\(b'.{8}'\)": (
                r"-> b'\\x00\\xff'"
            ),
        },
    ),
    Difference(
        "a tuple",
        "pickled",
        "written as a list, and comes back as one",
        "other clients can read it, and members can look into it",
        {
            r"odd_arguments-containers: get\(0\) .*": r"-> \[1, 'a'\]",
            r"odd_arguments-containers: get\(1\) .*": r"-> \[\]",
        },
    ),
    Difference(
        "objects of types that the protocol does not have",
        "pickled",
        "`HazelcastSerializationError`, unless a serializer is configured for them",
        "a pickle runs code where it is read, and other clients cannot read it",
        {
            r"odd_arguments-what_no_other_client_can_read: set\(.*(1j|Colour).*": (
                "!! HazelcastSerializationError"
            ),
            r"odd_arguments-what_cannot_be_written: set\('k', object\) -> None": (
                "!! HazelcastSerializationError"
            ),
        },
    ),
    Difference(
        "a value of a type that nothing is registered for",
        "`HazelcastSerializationError` for the whole call",
        "an [`UnknownObject`](../how-to/serialization.md#values-of-unknown-types), which keeps the "
        "bytes and says what to register",
        "one such value must not hide a thousand others, nor get lost when it is stored again",
        {
            r"aggregations-projections_of_json: project\(single_attribute\('pets'\)\) !! .*": (
                r"-> \[<UnknownObject of type id -100 .*"
            ),
        },
    ),
    Difference(
        "a `datetime` without a time zone",
        "comes back with UTC",
        "comes back as it was",
        "who stores a local time without a zone gets the same value back",
        {
            r"odd_arguments-naive_datetimes: get.*": (
                r"-> datetime\.datetime\(2024, 2, 29, 1, 2, 3\)"
            )
        },
    ),
    Difference(
        "another type where a predicate, aggregator, projection, attribute or id belongs",
        "sent, pickled if need be; the member answers `ClassCastError` or another error",
        "`TypeError`, before anything is sent",
        "the mistake is named where it was made",
        {
            r"queries-.*: (values|key_set|entry_set|remove_all|add_entry_listener)"
            r"\((True, predicate=)?('.*'|5|object)\) !! .*": "!! TypeError",
            r"aggregations-.*: (aggregate|project)\(('count'|'name'|.*, 'this = 1')\) !! .*": (
                "!! TypeError"
            ),
            r"aggregations-aggregators_that_cannot_be: aggregate\(count\(5\)\) !! .*": (
                "!! TypeError"
            ),
            r"indexes-what_cannot_be: add_index\(\[5\]\) !! .*": "!! TypeError",
            r"processors-.*: execute_on_entries\(Append\('x'\), 'this = 1'\) !! .*": "!! TypeError",
            r"processors-.*: remove_interceptor\(5\) !! AttributeError": "!! TypeError",
        },
    ),
    Difference(
        "None inside a predicate, or for a processor or an interceptor",
        "`AttributeError`, or sent; the member then answers `NullPointerError` or another error",
        "`NullArgumentError`, an `AssertionError`, before anything is sent",
        "so None is refused everywhere else, by the official client too",
        {
            r"queries-predicates_that_cannot_be: values\("
            r"(sql|not|and|equal|instance_of)\((true\(\), )?None.*\) !! .*": "!! AssertionError",
            r"processors-.*: (execute_on_|add_interceptor).*None.* !! (Attribute|Type)Error": (
                "!! AssertionError"
            ),
        },
    ),
    Difference(
        "a paging predicate where there are no pages: in `and_`, to remove, to process",
        "the pages are left out: everything is removed or processed",
        "refused before anything is sent",
        "who names a page does not mean everything",
        {
            r"paging-.*: values\(and\(paging\(.*": "!! TypeError",
            r"paging-.*: remove_all\(paging\(.*": "!! AssertionError",
            r"processors-.*: execute_on_entries\(.*paging\(.*": "!! AssertionError",
        },
    ),
    Difference(
        "`unique_key` of a bitmap index",
        "must be `__key` or `this`",
        "any attribute",
        "members take any attribute; that is what the option is for",
        {r"indexes-bitmap_options: .*'unique_key': 'name'.*": "-> None"},
    ),
    Difference(
        "a function of a listener that cannot be called",
        "taken; each event then fails and closes the connection to the member",
        "`TypeError`",
        "the mistake is named where it was made",
        {r"listeners-no_function: .*": "!! TypeError"},
    ),
    Difference(
        "`get_all` of a map with a near cache",
        "a cached key becomes an entry of the key's first characters, or an error",
        "the entries",
        "a defect (hazelcast-python-client issue 701)",
        {
            r"near_caches-many_keys: near: get_all\(\['k1'\]\).*": r"-> \{'k1': 'v1'\}",
            r"near_caches-many_keys: near: get_all\(\['k1', 'k2'\]\).*": (
                r"-> \{'k1': 'v1', 'k2': 'v2'\}"
            ),
            r"near_caches-many_keys: near: get_all\(\['k1', .*'k4'\]\).*": (
                r"-> \{'k1': 'v1', 'k2': 'v2', 'k3': 'v3'\}"
            ),
        },
    ),
    Difference(
        "`contains_key` of a map with a near cache",
        "the cached value, which may be falsy",
        "True or False",
        "a defect",
        {r"near_caches-keys_that_are_cached: near: contains_key\('k[01]'\) .*": "-> True"},
    ),
    Difference(
        "`token_provider` beside `creds_username`, `cluster_members` beside a cloud token",
        "the token is taken and the name ignored; `IllegalStateError` for the members",
        "`ContradictingOptionsError`, an `IllegalStateError`, for both and for what is like them",
        "an option that is silently without effect is a mistake that nobody finds",
        {},
    ),
    Difference(
        "in-process members: `instance_of` a class of the user",
        "found by its Java name",
        "`HazelcastSerializationError`, as for a class that there is not",
        "they know the Java names of Hazelcast's own types alone",
        {
            r"queries-attributes_of_objects: key_set\(instance_of\(.*": (
                "!! HazelcastSerializationError"
            )
        },
        DRIVERS,
        in_process=True,
    ),
    Difference(
        "in-process members of 4.x: queries about dates and times, or about what has no order",
        "`HazelcastSerializationError`, `ClassCastError`",
        "what members 5.x answer",
        "a query is answered the same way for all versions",
        {
            r"queries-values_of_other_types: .*!! ClassCastError": "!! QueryError",
            r"queries-values_of_other_types: .*less.*datetime.*!! .*": r"-> \[\]",
            r"queries-values_of_other_types: .*datetime.*!! .*": r"-> \[datetime\..*\]",
        },
        DRIVERS,
        in_process=True,
    ),
    Difference(
        "in-process members: an index of an attribute that a value does not have",
        "the value is stored, and the call fails with `QueryError`",
        "the value is stored",
        "in-process members check the definition of an index, and keep none",
        {r"indexes-values_without_the_attribute: set\(.*": "-> None"},
        DRIVERS,
        in_process=True,
    ),
)


def instead_of(
    scenario: str, line: str, driver: str, in_process: bool
) -> tuple[Difference, str] | None:
    """The row about what a driver sees at a line, and what that is; None if there is no row."""
    for row in DIFFERENCES:
        instead = row.instead(scenario, line, driver, in_process)
        if instead is not None:
            return row, instead
    return None


def disagreements(
    scenario: str, driver: str, in_process: bool, notes: Sequence[Note], expected: Sequence[str]
) -> list[str]:
    """Compare what a driver saw with what was recorded.

    Returns:
        A text for each line that is neither the same nor in the table.
    """
    wrong: list[str] = []
    for note, line in zip_longest(notes, expected):
        if note is None:
            wrong.append(f"{scenario}: missing {line}")
        elif line is None:
            wrong.append(f"{scenario}: besides {note}")
        elif found := instead_of(scenario, line, driver, in_process):
            row, instead = found
            if not any(re.fullmatch(instead, text) for text in note.texts):
                wrong.append(f"{scenario}: {note}, but the table says {instead} ({row.what})")
        elif line not in note.lines:
            wrong.append(f"{scenario}: {note}, but recorded is {line}")
    return wrong
