# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwire._core.addresses import Endpoint, candidates, connection_order, parse
from gridwire.errors import AddressSyntaxError, UsageError

PORTS = (5701, 5702, 5703)


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("localhost", "localhost", None),
        ("localhost:1", "localhost", 1),
        ("a.example:65535", "a.example", 65535),
        ("a.example.", "a.example.", None),
        ("member_1-x:05701", "member_1-x", 5701),
        ("bücher.example:5701", "bücher.example", 5701),
        ("10.0.0.1", "10.0.0.1", None),
        ("10.0.0.1:5701", "10.0.0.1", 5701),
        ("::1", "::1", None),
        ("fe80::1%eth0", "fe80::1%eth0", None),
        ("[::1]", "::1", None),
        ("[::1]:5701", "::1", 5701),
        ("[fe80::1%eth0]:5701", "fe80::1%eth0", 5701),
        ("[::ffff:10.0.0.1]:5701", "::ffff:10.0.0.1", 5701),
        ("  padded:5701\n", "padded", 5701),
    ],
)
def test_what_can_be_read(text: str, host: str, port: int | None):
    assert parse(text) == (host, port)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (" \t", "empty"),
        (":5701", "host is missing"),
        ("host:", "port"),
        ("host:0", "port"),
        ("host:65536", "port"),
        ("host:-1", "port"),
        ("host:+1", "port"),
        ("host:1.5", "port"),
        ("host:\N{ARABIC-INDIC DIGIT FIVE}", "port"),
        ("host:5701x", "port"),
        ("host:" + "9" * 5000, "port"),
        ("[::1", "closing"),
        ("[::1]5701", "follows"),
        ("[::1]:", "port"),
        ("[]:5701", "IPv6"),
        ("[host]:5701", "IPv6"),
        ("[10.0.0.1]:5701", "IPv6"),
        ("::1:2:3:4:5:6:7:8:9", "IPv6"),
        ("a:b:c", "IPv6"),
        ("10.0.0", "IPv4"),
        ("10.0.0.256", "IPv4"),
        ("010.0.0.1", "IPv4"),
        ("http://host:5701", "URL"),
        ("host/path", "no '/'"),
        ("ho st", "no ' '"),
        ("host,other", "no ','"),
        ("host\x00", "no '\\x00'"),
        ("a..b", "parts"),
        (".", "IPv4"),
        ("a" * 64, "parts"),
        ("a." * 127 + "a", "characters"),
    ],
)
def test_what_cannot_says_why(text: str, reason: str):
    with pytest.raises(AddressSyntaxError) as caught:
        parse(text)
    assert reason in str(caught.value)
    assert isinstance(caught.value, UsageError)
    assert isinstance(caught.value, ValueError)


def test_the_way_out_is_named():
    with pytest.raises(AddressSyntaxError, match=r'Write only its "host:port"'):
        parse("hz://a:5701")


@pytest.mark.parametrize("text", ["hz://me:s3cret@host:5701", "me:s3cret@host", "s3cret@host:5701"])
def test_a_pasted_password_is_not_repeated(text: str):
    with pytest.raises(AddressSyntaxError) as caught:
        parse(text)
    assert "s3cret" not in str(caught.value)


def test_a_long_text_is_not_repeated_whole():
    with pytest.raises(AddressSyntaxError) as caught:
        parse("/" * 100_000)
    assert len(str(caught.value)) < 500


@given(st.text())
def test_any_text_is_read_or_refused(text: str):
    try:
        host, port = parse(text)
    except AddressSyntaxError:
        return
    assert host
    assert port is None or 0 < port < 65536


@given(
    st.one_of(st.ip_addresses().map(str), st.just("host.example")),
    st.integers(min_value=1, max_value=65535),
)
def test_printing_an_endpoint_can_be_undone(host: str, port: int):
    endpoint = Endpoint(host, port)
    assert parse(str(endpoint)) == endpoint


def test_an_address_with_a_port_has_one_candidate():
    assert candidates("h:1", PORTS) == [("h", 1)]


def test_an_address_without_a_port_has_one_for_each_default_port():
    assert candidates("h", PORTS) == [("h", 5701), ("h", 5702), ("h", 5703)]


def test_without_default_ports_the_address_must_name_one():
    assert candidates("h:1", ()) == [("h", 1)]
    with pytest.raises(AddressSyntaxError, match="port is missing"):
        candidates("h", ())


def test_first_candidates_come_before_all_others_in_the_given_order():
    order = connection_order(["a", "b:9", "c"], PORTS)
    assert [str(each) for each in order] == [
        "a:5701",
        "b:9",
        "c:5701",
        "a:5702",
        "a:5703",
        "c:5702",
        "c:5703",
    ]


def test_each_endpoint_is_tried_once():
    assert connection_order(["a:5702", "a", "a"], PORTS) == [
        ("a", 5702),
        ("a", 5701),
        ("a", 5703),
    ]


def test_no_addresses_give_no_endpoints():
    assert connection_order([], PORTS, list.reverse) == []


def test_the_shuffle_sees_first_candidates_and_others_apart():
    seen: list[list[str]] = []

    def reverse(endpoints: list[Endpoint]) -> None:
        seen.append([str(each) for each in endpoints])
        endpoints.reverse()

    order = connection_order(["a", "b:9"], PORTS, reverse)
    assert seen == [["a:5701", "b:9"], ["a:5702", "a:5703"]]
    assert [str(each) for each in order] == ["b:9", "a:5701", "a:5703", "a:5702"]


@given(st.lists(st.sampled_from(["a", "b", "c:1", "d:5702", "::1", "[::1]:7"])), st.randoms())
def test_a_shuffle_loses_nothing_and_keeps_first_candidates_first(
    addresses: list[str], chance: random.Random
):
    given_order = connection_order(addresses, PORTS)
    shuffled = connection_order(addresses, PORTS, chance.shuffle)
    assert sorted(shuffled) == sorted(given_order)
    firsts = {candidates(each, PORTS)[0] for each in addresses}
    assert set(shuffled[: len(firsts)]) == firsts
