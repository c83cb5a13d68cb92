# SPDX-License-Identifier: Apache-2.0
"""The suite of scenarios itself: it is whole, its table is true and short, and it can go red."""

from __future__ import annotations

import importlib
import inspect
import re
from types import SimpleNamespace

import pytest

from faithful import page
from faithful.catalogue import GROUPS, SCENARIOS, TOGETHER
from faithful.differences import DIFFERENCES, disagreements
from faithful.drivers import DRIVERS
from faithful.observing import Note, plain
from faithful.recording import expected_lines, line_of, merge, read
from faithful.stages import Stage
from gridwire.testing.real import REAL_VERSIONS

peer = pytest.importorskip("hazelcast.proxy.map")

RECORDED = {group: read(group) for group in (*GROUPS, *TOGETHER)}
LINES = [line_of(version) for version in REAL_VERSIONS]


def every_line():
    """Each recorded line of each version, with its scenario."""
    for group, scenarios in RECORDED.items():
        for name, lines in scenarios.items():
            for version in LINES:
                for line in expected_lines(lines, version):
                    yield f"{group}-{name}", line


def test_every_scenario_is_recorded_and_nothing_else_is():
    recorded = {f"{group}-{name}" for group, names in RECORDED.items() for name in names}
    assert recorded == set(SCENARIOS)
    assert all(lines for names in RECORDED.values() for lines in names.values())


def test_every_map_method_is_called():
    public = {
        name
        for name, _ in inspect.getmembers(peer.Map, inspect.isfunction)
        if not name.startswith("_")
    }
    called = {
        match.group(1)
        for _, line in every_line()
        if (match := re.match(r"(?:then |\w+: )*(\w+)\(", line))
    }
    assert public - called == {"blocking"}


def test_every_predicate_aggregator_and_projection_is_used():
    text = "\n".join(line for _, line in every_line())
    for module in ("predicate", "aggregator", "projection"):
        found = importlib.import_module(f"hazelcast.{module}")
        for name, function in inspect.getmembers(found, inspect.isfunction):
            if function.__module__ == f"hazelcast.{module}" and not name.startswith("_"):
                assert f"{name.rstrip('_')}(" in text, name


def test_every_row_of_the_table_is_about_something():
    lines = {f"{scenario}: {line}" for scenario, line in every_line()}
    for row in DIFFERENCES:
        for pattern in row.cases:
            assert any(re.fullmatch(pattern, line) for line in lines), (row.what, pattern)


def test_the_table_is_short_and_says_why():
    assert len(DIFFERENCES) <= 30
    for row in DIFFERENCES:
        assert all((row.what, row.theirs, row.ours, row.why)), row
        assert "|" not in row.what + row.theirs + row.ours + row.why


def test_the_page_shows_the_table():
    assert page.PAGE.read_text(encoding="utf-8") == page.text(), "run python -m faithful.page"


OFFICIAL, OURS = "official-threads", "blocking"
EXPECTED = ["get(1) -> 'x'", "get(None) !! AssertionError"]


def found(*notes, driver=OURS, expected=EXPECTED, scenario="group-name"):
    return disagreements(scenario, driver, False, notes, expected)


def test_whoever_sees_the_same_agrees():
    right = Note("get(1)", "-> 'x'"), Note("get(None)", "!! AssertionError")
    assert not found(*right)
    # An error may be of a narrower class, not of a broader one.
    narrow = Note("get(None)", "!! NullArgumentError", "!! AssertionError", "!! Exception")
    assert not found(right[0], narrow)
    (wrong,) = found(right[0], Note("get(None)", "!! Exception"))
    assert "recorded is get(None) !! AssertionError" in wrong


def test_another_result_a_missing_one_and_one_too_many_are_told():
    right = Note("get(1)", "-> 'x'"), Note("get(None)", "!! AssertionError")
    assert len(found(Note("get(1)", "-> 'y'"), right[1])) == 1
    assert found(right[0]) == ["group-name: missing get(None) !! AssertionError"]
    assert found(*right, Note("size()", "-> 1")) == ["group-name: besides size() -> 1"]


def test_a_row_allows_what_it_says_and_nothing_else():
    expected = ["put_all({1: 2}) -> [None]"]
    says = Note("put_all({1: 2})", "-> None")
    other = Note("put_all({1: 2})", "-> [None]")
    assert not found(says, expected=expected)
    assert not found(other, driver=OFFICIAL, expected=expected)
    assert "the table says" in found(other, expected=expected)[0]
    assert "recorded is" in found(says, driver=OFFICIAL, expected=expected)[0]


def test_versions_stand_below_the_newest():
    seen = {"5.7.0": ["a", "b"], "5.3.8": ["a", "c"], "4.2.8": ["a", "c"]}
    merged = merge(seen)
    assert merged == ["a", "b", "    5.3, 4.2: c"]
    for version, lines in seen.items():
        assert expected_lines(merged, version) == lines
    with pytest.raises(ValueError, match="different numbers of steps"):
        merge({"5.7.0": ["a"], "4.2.8": []})


def test_values_are_written_so_that_types_differ():
    texts = [plain(value) for value in (1, 1.0, True, "1", b"1", bytearray(b"1"), [1], (1,), None)]
    assert len(set(texts)) == len(texts)
    assert plain([2, 1], unordered=True) == plain([1, 2])
    assert plain({2: "b", 1: "a"}) == plain({1: "a", 2: "b"})


@pytest.mark.parametrize("is_ours", [False, True])
def test_only_the_official_client_plays_twice_and_that_is_told(is_ours):
    plays = iter([["wrong"], ["wrong again"]])
    stage = Stage.__new__(Stage)
    stage.driver = SimpleNamespace(is_ours=is_ours)
    stage.disagreements = lambda group: next(plays)
    told = []
    assert stage.doubts("locks", told.append) == (["wrong"] if is_ours else ["wrong again"])
    assert told == ([] if is_ours else [["wrong"]])


def test_who_agrees_plays_once():
    plays = iter([[]])
    stage = Stage.__new__(Stage)
    stage.driver = SimpleNamespace(is_ours=False)
    stage.disagreements = lambda group: next(plays)
    assert stage.doubts("locks", pytest.fail) == []


def test_five_clients_play():
    assert len(DRIVERS) == 5
