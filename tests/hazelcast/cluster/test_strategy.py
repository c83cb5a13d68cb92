# SPDX-License-Identifier: Apache-2.0
"""When a search for the cluster ends without success."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwire.hazelcast.cluster.strategy import Finding, Search
from gridwire.hazelcast.errors import ClientNotAllowedInClusterError, IllegalStateError

REFUSALS = [Finding.REFUSED, Finding.NOT_ALLOWED]


def after_round(search: Search, *findings: Finding):
    for number, finding in enumerate(findings):
        search.note(f"host-{number}:5701", f"it is {finding.name}", finding)
    return search.end_round()


@pytest.mark.parametrize("refusal", REFUSALS)
def test_the_first_search_ends_when_all_who_answer_refuse(refusal) -> None:
    error = after_round(Search("prod", first=True), Finding.SILENT, refusal, Finding.SILENT)
    text = str(error)
    assert all(f"host-{number}:5701: it is" in text for number in range(3))
    assert "retry_on_auth_failure" in text


def test_name_and_credentials_are_named_as_possible_causes() -> None:
    error = after_round(Search("prod", first=True), Finding.REFUSED, Finding.NOT_ALLOWED)
    assert type(error) is IllegalStateError
    assert "'prod'" in str(error)
    assert "credentials" in str(error)


def test_where_nobody_is_allowed_the_error_says_that() -> None:
    error = after_round(Search("prod", first=True), Finding.NOT_ALLOWED, Finding.SILENT)
    assert type(error) is ClientNotAllowedInClusterError


def test_one_who_answers_otherwise_keeps_the_search_going() -> None:
    search = Search("prod", first=True)
    assert after_round(search, Finding.REFUSED, Finding.UNCLEAR) is None
    assert after_round(search, Finding.REFUSED) is not None


def test_nobody_is_no_refusal() -> None:
    assert after_round(Search("prod", first=True), Finding.SILENT, Finding.SILENT) is None
    assert after_round(Search("prod", first=True)) is None


@given(st.lists(st.sampled_from([one for one in Finding if one.name != "OTHER_PARTITIONS"])))
def test_a_client_that_was_connected_goes_on_whatever_it_is_told(findings) -> None:
    assert after_round(Search("prod", first=False), *findings) is None
    assert after_round(Search("prod", first=True, patient=True), *findings) is None


@given(st.lists(st.sampled_from(Finding)), st.booleans(), st.booleans())
def test_another_number_of_partitions_ends_every_search(findings, first, patient) -> None:
    search = Search("prod", first, patient)
    error = after_round(search, *findings, Finding.OTHER_PARTITIONS)
    assert isinstance(error, ClientNotAllowedInClusterError)
    assert "partitions" in str(error)


@given(st.lists(st.sampled_from(Finding), min_size=1))
def test_the_first_search_ends_exactly_when_the_rule_says(findings) -> None:
    error = after_round(Search("prod", first=True), *findings)
    answers = [one for one in findings if one is not Finding.SILENT]
    refused = bool(answers) and all(one in REFUSALS for one in answers)
    assert (error is not None) == (refused or Finding.OTHER_PARTITIONS in findings)


def test_a_round_says_nothing_about_the_next() -> None:
    search = Search("prod", first=True)
    assert after_round(search, Finding.UNCLEAR) is None
    assert after_round(search, Finding.SILENT) is None


def test_each_address_is_told_with_its_last_failure() -> None:
    search = Search("prod", first=True)
    search.note("one:5701", "first reason")
    search.note("two:5701", "another reason")
    search.note("one:5701", "last reason")
    text = str(search.out_of_time(2.5))
    assert "one:5701: last reason" in text
    assert "two:5701: another reason" in text
    assert "first reason" not in text
    assert "2.5 s" in text


def test_a_search_that_lasts_for_ever_does_not_remember_everybody() -> None:
    search = Search("prod", first=False)
    for number in range(5_000):
        search.note(f"host-{number}:5701", "down")
    assert "host-4999:5701" in search.tried
    assert search.tried.count("down") == 1_000
