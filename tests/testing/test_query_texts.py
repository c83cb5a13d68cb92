# SPDX-License-Identifier: Apache-2.0
"""Texts in queries: SQL, LIKE patterns, regular expressions, JSON. Whatever comes, it ends well."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwire.hazelcast.serialization.byte_order import BIG_ENDIAN
from gridwire.hazelcast.serialization.service import SerializationService
from gridwire.hazelcast.serialization.type_ids import TypeId
from gridwire.testing._hazelcast.query.entries import Entry
from gridwire.testing._hazelcast.query.json_text import JsonPath
from gridwire.testing._hazelcast.query.kinds import NON_TERMINAL, Multi
from gridwire.testing._hazelcast.query.limits import (
    MAX_NESTED_PREDICATES,
    MAX_PATTERN_CHARS,
    MAX_SQL_CHARS,
    MAX_SQL_OPERATORS,
)
from gridwire.testing._hazelcast.query.patterns import like_pattern, regex_pattern
from gridwire.testing._hazelcast.query.sql import parse_sql
from gridwire.testing._hazelcast.refusals import Refusal

SERVICE = SerializationService()
WORDS = [
    "a",
    "b.c",
    "this",
    "1",
    "'x'",
    "''",
    "'",
    "(",
    ")",
    "=",
    "<>",
    "!",
    "<",
    ">=",
    "and",
    "OR",
]
WORDS += [
    "not",
    "between",
    "BETWEEN",
    "in",
    "IN",
    "like",
    "regex",
    "null",
    ",",
    " ",
    "%",
    "$1",
    "\n",
]


def passes(text, value):
    entry = Entry(SERVICE.to_data(0), SERVICE.to_data(value), BIG_ENDIAN)
    return parse_sql(text).optimized().test(SERVICE)(entry)


@given(st.lists(st.sampled_from(WORDS), max_size=14), st.sampled_from(["", " "]))
def test_any_text_is_a_predicate_or_is_refused(words, between):
    try:
        test = parse_sql(between.join(words)).optimized().test(SERVICE)
    except Refusal:
        return
    try:
        passed = test(Entry(SERVICE.to_data(1), SERVICE.to_data("text"), BIG_ENDIAN))
    except Refusal:
        return
    assert passed in {True, False}


@pytest.mark.parametrize(
    ("text", "value", "result"),
    [
        ("this > 5 or this < 0 and this = -7", 6, True),
        ("(this > 5 or this < 0) and this = -7", 6, False),
        ("not this > 5", 6, False),
        ("this not in (1, 2)", 3, True),
        ("this between 1 and 3 and __key = 0", 2, True),
        ("this = 'O''Hara'", "O'Hara", True),
        ("this in ('a,b', 'c')", "c", True),
        ("this like 'a%' and this not like '%z'", "abc", True),
        ("this ilike 'A_C'", "abc", True),
        ("this regex 'a.*' ", "abc", True),
        ("%this = 5", 5, True),
        ("this", True, True),
        ("this != null", 1, True),
        ("'this' = 5", 5, True),
    ],
)
def test_meaning(text, value, result):
    assert passes(text, value) is result


@pytest.mark.parametrize(
    "text",
    ["", "'x", "this = 'x", "this =", "= 5", "this 5", "(this = 5", "this in 5", "a between 1"],
)
def test_what_means_nothing(text):
    # A real member never comes back from an apostrophe at the beginning that nothing closes.
    with pytest.raises(Refusal):
        parse_sql(text)


def test_limits_of_texts():
    deep = "not (" * (MAX_NESTED_PREDICATES + 1) + "a = 1" + ")" * (MAX_NESTED_PREDICATES + 1)
    long = "a = 1" + " and a = 1" * (MAX_SQL_OPERATORS // 2 + 1)
    for text, message in (
        (deep, "nested"),
        (long, "operators"),
        ("x" * (MAX_SQL_CHARS + 1), "characters"),
    ):
        with pytest.raises(Refusal, match=message):
            parse_sql(text)


def test_a_long_chain_is_one_predicate():
    text = " or ".join(f"this = {number}" for number in range(1000))
    assert passes(text, 999)
    assert not passes(text, 1000)


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("a%", "abc", True),
        ("%c", "abc", True),
        ("a%c%e", "abcde", True),
        ("a_c", "a\nc", True),
        ("a\\%c", "a%c", True),
        ("a\\%c", "abc", False),
        ("a\\_c", "abc", False),
        ("a\\c", "a\\c", True),
        ("%a%a%", "a", False),
        ("%aa", "aaa", True),
        ("[a]", "a", False),
        ("", "", True),
        ("%", "", True),
    ],
)
def test_like(pattern, text, matches):
    assert (like_pattern(pattern, False).fullmatch(text) is not None) is matches


@given(st.text("ab%_", max_size=8), st.text("ab", max_size=8))
def test_like_is_what_it_says(pattern, text):
    def fits(pattern, text):
        if not pattern:
            return not text
        if pattern[0] == "%":
            return any(fits(pattern[1:], text[at:]) for at in range(len(text) + 1))
        return bool(text) and pattern[0] in {"_", text[0]} and fits(pattern[1:], text[1:])

    assert (like_pattern(pattern, False).fullmatch(text) is not None) is fits(pattern, text)


def test_like_with_many_wildcards_takes_no_time():
    begin = time.perf_counter()
    assert like_pattern("%a" * 200 + "b", False).fullmatch("a" * 5000) is None
    assert time.perf_counter() - begin < 5


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("a|b", "b", True),
        ("[a-z&&[^b]]", "b", False),
        ("[a-z&&[^b]]", "c", True),
        ("[a-c[x-z]]", "y", True),
        ("[^a-c[x-z]]", "y", False),
        ("[]a]", "]", True),
        (r"\p{Lu}\P{Lu}", "Äb", True),
        (r"\p{Alpha}", "ä", False),
        (r"\p{IsAlphabetic}", "ä", True),
        (r"\p{L}", "1", False),
        (r"\w", "ä", False),
        (r"(?U)\w", "ä", True),
        ("(?i)a(?-i)b", "AB", False),
        ("(?i)a(?-i)b", "Ab", True),
        ("x(?i)a|b", "B", True),
        ("((?i)a)b", "Ab", True),
        ("((?i)a)b", "AB", False),
        ("(?i:a)b", "Ab", True),
        ("a.b", "a\nb", False),
        ("(?s)a.b", "a\nb", True),
        (r"a\Rb", "a\r\nb", True),
        (r"\Qa.b\E", "a.b", True),
        (r"\Qa.b\E", "axb", False),
        (r"\x41\u0042\0103\cA", "ABC\x01", True),
        ("(?<first>a)\\k<first>", "aa", True),
        (r"(a)\1", "aa", True),
        (r"\1(a)", "a", False),
        ("a*+a", "aaa", False),
        ("(?>a|ab)c", "abc", False),
        ("(?=ab)a.", "ab", True),
        ("(?<!x)a", "a", True),
        ("a{2,3}?", "aaa", True),
        ("(?x) a b # c", "ab", True),
        ("^a$", "a", True),
        (r"[\d\-x]+", "1-x", True),
        (r"[\Q^]\E]+", "^]", True),
        (r"\h\v", " \n", True),
        ("", "", True),
    ],
)
def test_regular_expressions_of_java(pattern, text, matches):
    assert (regex_pattern(pattern).fullmatch(text) is not None) is matches


@pytest.mark.parametrize(
    "pattern",
    ["[", "[a", "a)", "(a", "*", "a{", "{1}", "a**", r"\k<n>", r"\y", r"\p{Nope}", "(?y)", "[b-a]",
     r"\xZZ", "a\\", "[\\", "[a-\\", r"[\Q", r"[\c", r"\c", "(?<n>a)(?<n>b)", "(", "[" * 100],
)  # fmt: skip
def test_what_is_no_regular_expression(pattern):
    with pytest.raises(Refusal) as caught:
        regex_pattern(pattern)
    assert caught.value.class_name == "java.util.regex.PatternSyntaxException"


@given(
    st.text(r"ab\[]()?*+{}|^$.&-:<>=!pQEdwsuxi1,# " + "\n", max_size=16), st.text("ab1", max_size=4)
)
def test_any_text_is_a_regular_expression_or_is_refused(pattern, text):
    try:
        found = regex_pattern(pattern)
    except Refusal:
        return
    assert found.fullmatch(text) is None or isinstance(text, str)


def test_patterns_have_a_limit():
    for make in (regex_pattern, lambda text: like_pattern(text, False)):
        with pytest.raises(Refusal, match="limit"):
            make("a" * (MAX_PATTERN_CHARS + 1))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=12,
)
STEPS = st.lists(st.sampled_from("abc") | st.integers(0, 2), min_size=1, max_size=3)
KINDS = {str: TypeId.STRING, bool: TypeId.BOOLEAN, int: TypeId.LONG}


def follow(value, steps):
    for step in steps:
        try:
            value = value[step]
        except (TypeError, LookupError):
            return None
    return value


def path_text(steps):
    return "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in steps).strip(".")


def expected(value):
    if value is None:
        return None
    kind = KINDS.get(type(value))
    return (NON_TERMINAL, None) if kind is None else (kind, value)


@given(JSON, STEPS)
def test_paths_into_json(value, steps):
    found = JsonPath(path_text(steps)).find(json.dumps(value))
    # An index into a text is no path.
    wanted = follow(value, steps) if not isinstance(follow(value, steps[:-1]), str) else None
    assert found == expected(wanted)


@given(st.dictionaries(st.sampled_from("ab"), JSON), STEPS, st.data())
def test_json_that_is_cut_off_is_read_as_far_as_it_goes(value, steps, data):
    text = json.dumps(value)
    cut = text[: data.draw(st.integers(0, len(text) - 1))]
    whole, found = (JsonPath(path_text(steps)).find(one) for one in (text, cut))
    # A number or text that is cut off may be shorter; nothing else is made up.
    assert found is None or whole is not None


@given(
    st.text('{}[]",:ab1 .eE-+\\tfn', max_size=20), st.sampled_from(["a", "a.b", "a[0]", "a[any]"])
)
def test_any_text_can_be_asked(text, path):
    try:
        found = JsonPath(path).find(text)
    except Refusal:
        return
    assert found is None or isinstance(found, (tuple, Multi))


def test_json_may_be_deep():
    assert JsonPath("a").find('{"a":' * 100_000) == (NON_TERMINAL, None)
    assert JsonPath("b").find('{"a":' + "[" * 100_000) is None


def test_several_values():
    path = JsonPath("a[any].b")
    found = path.find('{"a": [{"b": 1}, {"c": 2}, 3, {"b": null}, {"b": [4]}, [5]]}')
    assert found == [(TypeId.LONG, 1), None, (NON_TERMINAL, None)]
    assert path.find('{"a": {}}') is None
    with pytest.raises(Refusal, match="Nested arrays"):
        JsonPath("a[any][0]").find('{"a": [[1]]}')
