# SPDX-License-Identifier: Apache-2.0
"""The suite of scenarios itself: it is whole, its table is true and short, and it can go red."""

from __future__ import annotations

import re

import pytest

pytest.importorskip("aerospike")
pytest.importorskip("aerospike_py")

from aerospike_py import Client as Peer

from gridwire.aerospike import Client
from support.aerospike_scenarios import page
from support.aerospike_scenarios.catalogue import GROUPS, IN_PROCESS_GROUPS, SCENARIOS
from support.aerospike_scenarios.differences import DIFFERENCES, disagreements, is_played
from support.aerospike_scenarios.drivers import DRIVERS
from support.aerospike_scenarios.expecting import read
from support.aerospike_scenarios.writing import Note, plain

EXPECTED = {
    f"{group}-{name}": lines
    for group in (*GROUPS, *IN_PROCESS_GROUPS)
    for name, lines in read(group).items()
}
LINES = [f"{scenario}: {line}" for scenario, lines in EXPECTED.items() for line in lines]


def test_every_scenario_has_its_lines_and_nothing_else_has():
    assert set(EXPECTED) == set(SCENARIOS)
    assert all(EXPECTED.values())


def test_every_method_is_called():
    # What no other client has cannot be compared.
    public = {name for name in vars(Client) if not name.startswith("_") and hasattr(Peer, name)}
    called = {match[1] for line in LINES if (match := re.match(r"\S+ (?:\w+: )?(\w+)\(", line))}
    assert public - called == set()


def test_every_row_of_the_table_is_about_something():
    for row in DIFFERENCES:
        for case in row.cases:
            about = SCENARIOS if case.instead is None else LINES
            assert any(re.fullmatch(case.pattern, one) for one in about), (row.what, case.pattern)


def test_the_table_is_short_and_says_why():
    assert len(DIFFERENCES) <= 25
    for row in DIFFERENCES:
        texts = (row.what, row.official, row.community, row.ours, row.why)
        assert all(texts), row
        assert not any("|" in text for text in texts), row


def test_the_page_shows_the_table():
    assert page.PAGE.read_text(encoding="utf-8") == page.text(), (
        "run python -m support.aerospike_scenarios.page"
    )


def test_five_clients_play():
    assert len(DRIVERS) == 5
    assert not is_played("values-points", "community-asyncio")
    assert is_played("values-points", "asyncio")


LINE = ["get('a') -> 'a' gen 1 {'n': 1}", "put('a', {'n': 2}) -> done"]
RIGHT = Note("get('a')", "-> 'a' gen 1 {'n': 1}"), Note("put('a', {'n': 2})", "-> done")


def found(*notes, driver="sync", scenario="group-name", expected=LINE):
    return disagreements(scenario, driver, notes, expected)


def test_whoever_sees_the_same_agrees():
    assert not found(*RIGHT)


def test_another_result_a_missing_one_and_one_too_many_are_told():
    assert len(found(Note("get('a')", "-> 'a' gen 2 {'n': 1}"), RIGHT[1])) == 1
    assert found(RIGHT[0]) == ["group-name: missing put('a', {'n': 2}) -> done"]
    assert found(*RIGHT, Note("exists('a')", "-> no")) == ["group-name: besides exists('a') -> no"]


def test_a_row_allows_what_it_says_and_nothing_else():
    expected = ["put('b', {'': 1}) !! ValueError"]
    same, other = Note("put('b', {'': 1})", "!! ValueError"), Note("put('b', {'': 1})", "-> done")
    play = {"scenario": "records-bin_names", "expected": expected}
    assert not found(same, driver="asyncio", **play)
    assert not found(same, driver="community", **play)
    assert not found(other, driver="official", **play)
    assert "the table says" in found(same, driver="official", **play)[0]
    assert "expected is" in found(other, driver="sync", **play)[0]


def test_values_are_written_so_that_types_differ():
    texts = [plain(value) for value in (1, 1.0, True, "1", b"1", bytearray(b"1"), [1], (1,), None)]
    assert len(set(texts)) == len(texts)
    assert plain({2: "b", 1: "a"}) == plain({1: "a", 2: "b"})
