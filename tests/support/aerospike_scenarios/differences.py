# SPDX-License-Identifier: Apache-2.0
"""Where the clients differ, and why gridwire does as it does.

The table is exact: where a row is about a client, that client must do what the row says, so a row
that is no longer true fails the suite as an unlisted difference does. gridwire always does what is
expected; a row says what others do instead.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import NamedTuple

from support.aerospike_scenarios.writing import Note

__all__ = ["DIFFERENCES", "Case", "Difference", "disagreements", "is_played"]

OFFICIAL = "official"
COMMUNITY = "community"

_REFUSED = r"!! (TypeError|ValueError|OverflowError|UnicodeEncodeError|InvalidArgError -1)"


class Case(NamedTuple):
    """Lines to which a row applies.

    Attributes:
        who: ``"official"``, or ``"community"`` for both of its styles.
        pattern: a regular expression of ``scenario: expected line``, which is wholly matched.
        instead: one of the text that comes instead; None when the client does not play the
            scenario at all, and `pattern` is the scenario's.
    """

    who: str
    pattern: str
    instead: str | None = None


@dataclass(frozen=True)
class Difference:
    """A row of the table.

    Attributes:
        what: the case, in a few words.
        official: what the official client does.
        community: what aerospike_py does.
        ours: what gridwire does.
        why: the reason.
        cases: the lines.
    """

    what: str
    official: str
    community: str
    ours: str
    why: str
    cases: tuple[Case, ...]


AS_HERE = "as here"

DIFFERENCES: tuple[Difference, ...] = (
    Difference(
        "names of bins that are too long",
        "`BinNameError` or, when reading or removing, nothing: the bin is just not there",
        "`ValueError`, `InvalidArgError`, `BinNameError` or, in `batch_read`, not found",
        "`ValueError`, before anything is sent",
        "one error for all calls, and never a silent answer",
        (
            Case(OFFICIAL, r".*: select\('a', \['sixteen.* !! ValueError", r"-> 'a' gen 1 \{\}"),
            Case(OFFICIAL, r".*: remove_bin\('a', \['sixteen.* !! ValueError", "-> done"),
            Case(OFFICIAL, r".*: batch_read\(.*sixteen.* !! ValueError", "-> 'a': -15"),
            Case(
                COMMUNITY,
                r".*: (select|remove_bin|append|increment)\(.*sixteen.* !! ValueError",
                "!! InvalidArgError -1",
            ),
            Case(COMMUNITY, r".*: operate\(.*sixteen.* !! ValueError", "!! BinNameError 21"),
            Case(COMMUNITY, r".*: batch_read\(.*sixteen.* !! ValueError", "-> 'a': 2"),
        ),
    ),
    Difference(
        "names of sets that are too long",
        "`ParamError`",
        "the server's `ServerError` 4",
        "`ValueError`, before anything is sent",
        "the mistake is named where it was made",
        (Case(COMMUNITY, r"keys-set_names.*64 letters.* !! ValueError", "!! ServerError 4"),),
    ),
    Difference(
        "the empty name of a bin, and True as an offset",
        "are taken",
        AS_HERE,
        "`ValueError`, `TypeError`",
        "so says the API; both are mistakes more often than not",
        (
            Case(OFFICIAL, r"records-bin_names: put\('b', \{'': 1\}\) .*", "-> done"),
            Case(OFFICIAL, r".*: increment\('b', 'n', True\) .*", "-> done"),
        ),
    ),
    Difference(
        "integers from 2^63 to 2^64 - 1",
        "`ParamError`",
        "are stored as negative ones",
        "`OverflowError`",
        "what is stored is what comes back, or nothing is stored",
        (
            Case(COMMUNITY, r"values-integers_of_64.*: put.*", "-> done"),
            Case(COMMUNITY, r"values-integers_of_64.*: get.*", r"-> 'a' gen \d \{'n': -\d+\}"),
        ),
    ),
    Difference(
        "text with a NUL in it",
        "is cut there",
        AS_HERE,
        "comes back whole",
        "a defect",
        (Case(OFFICIAL, r"values-strings: get.*'a\\x00b'.*", r"-> .*\{'l': \['a'\], 's': 'a'\}"),),
    ),
    Difference(
        "maps with floats as keys, which servers do not store",
        "an empty map is stored",
        "a panic",
        "the server's `ServerError` 1",
        "the caller learns that nothing was stored",
        (
            Case(OFFICIAL, r"values-maps_with_floats_as_keys: put.*", "-> done"),
            Case(
                OFFICIAL, r"values-maps_with_floats_as_keys: get.*", r"-> 'a' gen 1 \{'m': \{\}\}"
            ),
            Case(COMMUNITY, "values-maps_with_floats_as_keys"),
        ),
    ),
    Difference(
        "GeoJSON and HyperLogLog values",
        "can be stored; classes of its own",
        "cannot be stored, and are read as text and bytes",
        "can be stored, and are read as `GeoJSON`, a `str`, and `HLL`, `bytes`",
        "what was read can be stored again",
        (Case(COMMUNITY, "values-points"), Case(COMMUNITY, "values-sketches")),
    ),
    Difference(
        "other arguments that cannot be",
        "mostly `ParamError` -2; a few are sent, and the server refuses them",
        AS_HERE,
        "`TypeError`, `ValueError`, `OverflowError`, `InvalidArgError`, before anything is sent",
        "so says the API of aerospike_py; programs know these classes from everywhere",
        (
            Case(OFFICIAL, r".*'ttl': 4294967296.* !! .*", "-> done"),
            Case(OFFICIAL, r"lifetimes.*touch\('a', -1\) .*", "-> done"),
            Case(
                OFFICIAL,
                rf".* {_REFUSED}",
                "!! (ParamError -2|BinNameError 21|ClientError -1|ServerError 4)",
            ),
            Case(OFFICIAL, r".*: operate(_ordered)?\('a', \[\]\) .*", "!! ParamError -2"),
            Case(OFFICIAL, r".*: batch_operate\(\['a'\], \[\]\) .*", "!! ParamError -2"),
            Case(COMMUNITY, r".*: batch_operate\(\['a'\], \[\]\) .*", "-> 'a': 2"),
        ),
    ),
    Difference(
        "a namespace that no node has",
        "`NamespaceNotFound` 20; in batches the code of each record",
        "`AerospikeTimeoutError`, `ClusterError`",
        "`ServerError` 20",
        "the error names the cause; nothing was sent, so a batch has no records to tell about",
        (
            Case(OFFICIAL, r"records-namespaces.*batch_read.* !! ServerError 20", "-> 'a': 20"),
            Case(COMMUNITY, r"records-namespaces.*batch_read.* .*", "!! ClusterError -1"),
            Case(
                COMMUNITY,
                r"records-namespaces.* !! ServerError 20",
                "!! AerospikeTimeoutError -1",
            ),
        ),
    ),
    Difference(
        "several results of one bin",
        "`operate` gives the last one; `operate_ordered` all, in order",
        "a list in both, and `operate_ordered` has no order; also for a bin that is selected twice",
        "`operate` gives a list, `operate_ordered` all, in order",
        "no result is lost, and what is called ordered is",
        (
            Case(
                OFFICIAL,
                r"operating-several_results.*: operate.*",
                r"-> 'a' gen \d \{'[nl]': (2|\[2\])\}",
            ),
            Case(OFFICIAL, r"batches-operating: .*\[None, 11\].*", r"-> 1: 0 gen 2 \{'n': 11\};.*"),
            Case(COMMUNITY, r"operating-ordered: .*\[n=1, n=5\]", r"-> 'a' gen 1 \[n=\[1, 5\]\]"),
            Case(COMMUNITY, r"operating-ordered: .*\[z=1, b=2, n=5\]", r"-> 'a' gen 2 \[.*\]"),
            Case(
                COMMUNITY,
                r"records-put.*select\('a', \['n', 'n'\]\) .*",
                r"-> 'a' gen 2 \{'n': \[2, 2\]\}",
            ),
        ),
    ),
    Difference(
        "an operation that reads all bins",
        "does not have it",
        AS_HERE,
        "gives all bins",
        "so does aerospike_py",
        (Case(OFFICIAL, r"operating-read_all: operate.*", "!! ParamError -2"),),
    ),
    Difference(
        "batches that nodes refuse as a whole, or do not answer",
        "a code for each record, mostly -15",
        "the code for the first record of a node, and 0, success, for all others of it; "
        "`ClientError` or `AerospikeTimeoutError` without an answer",
        "the error",
        "a record that was not read must not look as if it was",
        (
            Case(OFFICIAL, r"codes-of_whole_batches: batch_read.* !! .*", "-> 0: -15; 1: -15;.*"),
            Case(COMMUNITY, r"codes-of_whole_batches: batch_read.* !! .*", "-> .*: 0; .*"),
            Case(OFFICIAL, r"breaking-a_slow_batch: .* !! .*", "-> 0: -15; 1: -15;.*"),
            Case(
                COMMUNITY,
                r"breaking-a_slow_batch: .* !! .*",
                "!! (ClientError|AerospikeTimeoutError) -1",
            ),
            Case(OFFICIAL, r"nodes-all_are_gone: batch_read.* !! .*", "-> 'a': -15"),
            Case(COMMUNITY, r"nodes-all_are_gone: batch_read.* !! .*", "!! ClientError -1"),
        ),
    ),
    Difference(
        "info commands that a server refuses",
        "`ServerError`",
        AS_HERE,
        "the server's text",
        "so says the API of aerospike_py",
        (Case(OFFICIAL, r"asking-info: .*no-such-command.*", "!! ServerError 4"),),
    ),
    Difference(
        "a truncation that a server refuses",
        AS_HERE,
        "`ClientError` -1",
        "the error of the server's code",
        "programs can tell one cause from another",
        (Case(COMMUNITY, r".*: truncate\(.* !! .*", "!! ClientError -1"),),
    ),
    Difference(
        "a server that does not let a client in",
        AS_HERE,
        "`ClusterError` -1",
        "`AdminError` with the server's code",
        "a wrong password is not a network that is down",
        (Case(COMMUNITY, r"users-.*: connect\(.*\) !! AdminError \d+", "!! ClusterError -1"),),
    ),
    Difference(
        "whether a write that failed may have been done",
        "does not tell after the server's codes 1, 28 and 100",
        "does not tell, but in the text of a few errors",
        "`in_doubt`, whenever it may",
        "to do it again is safe only where it was not done",
        (
            Case(OFFICIAL, r"codes-.* !! (\w+ (1|28|100)) in doubt", r"!! \w+ (1|28|100)"),
            Case(COMMUNITY, r".* !! .* in doubt", r"!! \w+ -?\d+"),
        ),
    ),
    Difference(
        "code 100 for what is not about functions",
        AS_HERE,
        "`ClientError` -1",
        "`UDFError` 100",
        "the error has the server's code",
        (Case(COMMUNITY, r"codes-of_reads: get.* !! UDFError 100", "!! ClientError -1"),),
    ),
    Difference(
        "codes of errors that the client itself makes",
        "9 when the time is over, -10 without a connection, 11 after `close`, others",
        AS_HERE,
        "-1",
        "so says the API of aerospike_py; the class tells them apart",
        (
            Case(
                OFFICIAL,
                r".* !! AerospikeTimeoutError -1( in doubt)?",
                "!! AerospikeTimeoutError 9( in doubt)?",
            ),
            Case(OFFICIAL, r"connecting-another_cluster_name: .* !! .*", "!! ClientError -1"),
            Case(
                OFFICIAL,
                r".* !! ClusterError -1( in doubt)?",
                r"!! ServerError -10( in doubt)?",
            ),
            Case(OFFICIAL, r"connecting-.*: (get|put)\(.* !! ClientError -1", "!! ServerError 11"),
        ),
    ),
)


def _kind(driver: str) -> str:
    return driver.partition("-")[0]


def is_played(scenario: str, driver: str) -> bool:
    """Whether a client plays a scenario, and does not lack what it is about."""
    return not any(
        case.instead is None and case.who == _kind(driver) and case.pattern == scenario
        for row in DIFFERENCES
        for case in row.cases
    )


def _case_of(scenario: str, line: str, driver: str) -> tuple[Difference, str] | None:
    for row in DIFFERENCES:
        for case in row.cases:
            if case.who != _kind(driver) or case.instead is None:
                continue
            if re.fullmatch(case.pattern, f"{scenario}: {line}"):
                return row, case.instead
    return None


def disagreements(
    scenario: str, driver: str, notes: Sequence[Note], expected: Sequence[str]
) -> list[str]:
    """Compare what a client saw with what is expected.

    Returns:
        A text for each line that is neither the same nor in the table.
    """
    wrong: list[str] = []
    for note, line in zip_longest(notes, expected):
        if note is None:
            wrong.append(f"{scenario}: missing {line}")
        elif line is None:
            wrong.append(f"{scenario}: besides {note.line}")
        elif found := _case_of(scenario, line, driver):
            row, instead = found
            if not line.startswith(note.step) or not re.fullmatch(instead, note.text):
                wrong.append(f"{scenario}: {note.line}, but the table says {instead} ({row.what})")
        elif line != note.line:
            wrong.append(f"{scenario}: {note.line}, but expected is {line}")
    return wrong
