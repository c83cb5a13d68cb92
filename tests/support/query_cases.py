# SPDX-License-Identifier: Apache-2.0
"""Queries by the thousand, to be asked of clusters by the official client and compared.

What a real member 5.7.0 answered is in ``tests/vectors/hazelcast/queries.json``;
``tests/testing/test_query_agreement.py`` asks our cluster and a real member again.
"""

from __future__ import annotations

import datetime as dt
import decimal
import uuid
from collections import Counter
from typing import Any

from hazelcast.config import IndexType
from hazelcast.core import HazelcastJsonValue

from hazelcast import aggregator as agg
from hazelcast import predicate as p
from hazelcast import projection as proj
from support.query_asking import Case, plain
from support.query_data import BROKEN_JSON, ODD_JSON

J = HazelcastJsonValue
D = decimal.Decimal
NOON = dt.datetime(2024, 2, 29, 12, 30, tzinfo=dt.UTC)

UNDECIDED = frozenset(
    {
        # Among equal numbers of different types, scales or signs of zero, the order of entries
        # decides.
        "DECIMALS: distinct(None)",
        "DOUBLES: distinct(None)",
        "MIXED_NUMBERS: distinct(None)",
        "MIXED_NUMBERS: min_(None)",
        "MIXED_NUMBERS: min_by(None)",
        "PEOPLE: distinct('age')",
        "PEOPLE: max_('age')",
        "PEOPLE: max_by('age')",
        "PEOPLE: max_by('active')",
        # A number beyond a long: members were seen to answer this in both ways.
        "LONGS: this = 9223372036854775808",
        # Which of two values that cannot be compared is compared with which.
        "MIXED_NUMBERS: values pages of 2 (0, 1, 2, 3) TruePredicate()",
        "LISTS: values pages of 2 (0, 1, 2, 3) TruePredicate()",
        # Whether the member that was asked or another one fails to send an entry.
        "PICKLED: max_by('__key')",
        "PICKLED: min_by('__key')",
        "PICKLED: project identity",
    }
)
"""Cases whose answers depend on what nobody promises; they are not asked."""

DIFFERENT = {
    "TEXTS: this.bytes = 1": "members find methods of String by reflection",
    "TEXTS: hash = 0": "members find private fields of String by reflection",
    "TEXTS: class = 'x'": "members find methods of Object by reflection",
    "TEXTS: chars = 2": "members find methods of CharSequence by reflection",
}
"""Cases in which a test cluster answers something else on purpose, with the reason."""


CASES: list[Case] = []


def where(data: str, *texts: str) -> None:
    for text in texts:
        CASES.append(Case(f"{data}: {text}", data, lambda m, text=text: m.key_set(p.sql(text))))


def keys(data: str, *predicates: Any) -> None:
    for one in predicates:
        CASES.append(Case(f"{data}: {one!r}", data, lambda m, one=one: m.key_set(one)))


def aggregates(data: str, *paths: Any) -> None:
    for path in paths:
        for make in (
            agg.count,
            agg.distinct,
            agg.double_avg,
            agg.double_sum,
            agg.fixed_point_sum,
            agg.floating_point_sum,
            agg.int_avg,
            agg.int_sum,
            agg.long_avg,
            agg.long_sum,
            agg.max_,
            agg.min_,
            agg.number_avg,
            agg.max_by,
            agg.min_by,
        ):
            CASES.append(
                Case(
                    f"{data}: {make.__name__}({path!r})",
                    data,
                    lambda m, make=make, path=path: m.aggregate(make(path)),
                )
            )


def projects(data: str, *projections: Any) -> None:
    for label, one in projections:
        CASES.append(Case(f"{data}: project {label}", data, lambda m, one=one: m.project(one)))


# -- SQL text ---------------------------------------------------------------------------------
where(
    "PEOPLE",
    "age > 20",
    "age >= 45",
    "age = 45",
    "age == 45",
    "age != 45",
    "age <> 45",
    "age<45",
    "age <= 17",
    "age = 45.0",
    "age = '45'",
    "age = 'x'",
    "age = null",
    "age != null",
    "age = NULL",
    "city = null",
    "city <> null",
    "city = 'null'",
    "active",
    "not active",
    "NOT active",
    "active = true",
    "active = 'TRUE'",
    "active = false",
    "active = 'no'",
    "active and age > 20",
    "active AND age > 20",
    "active And age > 20",
    "active or age > 40",
    "active or age > 40 and name = 'x'",
    "(active or age > 40) and name = 'Bob'",
    "not (active or age > 40)",
    "not active and age > 20",
    "not age > 20",
    "not (age > 20)",
    "not not active",
    "age between 17 and 31",
    "age BETWEEN 17 AND 31",
    "age Between 17 And 31",
    "age not between 17 and 31",
    "not (age between 17 and 31)",
    "age between 31 and 17",
    "age between '17' and '31'",
    "age between 17",
    "age in (17, 31)",
    "age IN (17,31)",
    "age in(17,31)",
    "age In (17, 31)",
    "age not in (17, 31)",
    "not age in (17,31)",
    "age in ()",
    "age in (17",
    "age in 17",
    "age in ('17','31')",
    "name in ('Ann', 'Bob')",
    "name in (Ann, Bob)",
    "name in (null)",
    "city in (null)",
    "city in ('Bonn', null)",
    "name in ('Ann','B,b')",
    "name in ('Ann' , 'Bob' ) and age in (31)",
    "name = 'Ann'",
    "name = Ann",
    'name = "Ann"',
    "name='Ann'",
    "'Ann' = name",
    "name = 'ann'",
    "name = ''",
    "name = ' '",
    "address.street = 'O''Hara Road'",
    "address.street = 'O'Hara Road'",
    "address.street = 'O\\'Hara Road'",
    "name = 'Ann",
    "name = Ann'",
    "name = '''' ",
    "name = ''''''",
    "name like 'A%'",
    "name LIKE 'A_n'",
    "name like '%n'",
    "name like 'a%'",
    "name ilike 'a%'",
    "name ILIKE 'A__'",
    "name like 'A\\%'",
    "name not like 'A%'",
    "not name like 'A%'",
    "name regex 'A.n'",
    "name REGEX '[A-B].*'",
    "name regex 'nn'",
    "name regex '['",
    "name like null",
    "city like null",
    "city regex null",
    "name regex '(?i)DAN'",
    "name regex '\\w+'",
    "name regex '\\p{Upper}\\p{Lower}+'",
    "name regex '[A-Z&&[^B]]..'",
    "name regex '\\QAnn\\E'",
    "address.no > 5",
    "address.street like 'Main%'",
    "address = null",
    "address != null",
    "address.street = null",
    "address.street.x = 1",
    "tags[0] = 'a'",
    "tags[1] = 'b'",
    "tags[9] = 'b'",
    "tags[9] = null",
    "tags[any] = 'b'",
    "tags[any] != 'b'",
    "tags[any] = null",
    "tags[-1] = 'a'",
    "tags[x] = 'a'",
    "tags[any] like 'c\\%%'",
    "tags[any] in ('a','c')",
    "not tags[any] = 'b'",
    "kids[any].name = 'Tim'",
    "kids[any].age > 5",
    "kids[0].name = 'Tim'",
    "kids[1].age = 7",
    "kids[any].nope = null",
    "kids.name = 'Tim'",
    "nested[0][1] = 2",
    "nested[any][0] = 1",
    "nested[any][any] = 3",
    "nested[0][any] = 2",
    "tags = 'a'",
    "address = 5",
    "kids = 5",
    "height > 1.8",
    "height = 2",
    "height = '1.71'",
    "height between 1.7 and 1.9",
    "big = 9007199254740993",
    "big = 9007199254740992",
    "big = 9007199254740993.0",
    "nope = 1",
    "nope = null",
    "nope != 1",
    "nope",
    "not nope",
    "this.age > 20",
    "this.name = 'Ann'",
    "this = 1",
    "this = null",
    "__key = 'ann'",
    "__key like '%n'",
    "__key#name = 'x'",
    "__key.name = 'x'",
    "__key in ('ann','emi')",
    "__keyx = 1",
    "_key = 1",
    "",
    " ",
    "and",
    "or",
    "not",
    "age",
    "age >",
    "> 5",
    "= =",
    "age = ",
    "age = 1 2",
    "age 1",
    "age > 5 and",
    "and age > 5",
    "(age > 5",
    "age > 5)",
    "((age > 5))",
    "()",
    "age > (5)",
    "age > 5 or or age < 3",
    "age ! 5",
    "age !> 5",
    "age => 5",
    "age =< 5",
    "age === 5",
    "age >> 5",
    "age > 5 AND name",
    "name = 'and'",
    "name = 'Ann' and'Bob' = name",
    "%age > 20",
    "%age in (17)",
    "age > 20;",
    "age > 20 -- comment",
    "age + 1 > 20",
    "age > 10 + 5",
    "1 = 1",
    "age > -5",
    "age>-5",
    "age = +45",
    "age = 4_5",
    "age = 0x2d",
    "age = 45L",
    "age = 45d",
    "age = 4.5e1",
    "AGE > 20",
    "age\t>\t20",
    "age\n> 20",
    "age > 20\nand active",
    "  age   >   20  ",
    "age is null",
    "age IS NOT NULL",
    "age between 1 and 20 and active",
    "age between 1 and 20 or age between 40 and 50",
    "age = 31 or age = 45 or age = 17 or age = 1 or age = 2 or age = 3",
    "not (age = 31 and active)",
    "not (age in (31))",
    "not (not (age = 31))",
    "name = '$1'",
    "name = $1",
    "name = 'Ann' or name = $1",
    "name in ('Ann', '$2', 'Bob')",
)
where(
    "ODD_JSON",
    "a = 1",
    "a = 2",
    "a = '1'",
    "a = 100",
    "a > 1",
    "a = null",
    "a != null",
    "a.b = 8",
    "a.b = 7",
    "a.b[1].c = 'x'",
    "a.b[0] = 1",
    "a[any] = 1",
    "a[any] = '1'",
    "a[any] = null",
    "[0] = 1",
    "[any] = 2",
    "this[0] = 1",
    "this[any] = 2",
    "this = 5",
    "a = true",
    "a = 12345678901234567890",
    "a = -0.0",
    "a = 0",
    "a[5].b = 1",
    "a[any].b = 1",
    "a[any] = 1.5",
    "a[any] > 1",
    "a = 'uni'",
    "a. = 1",
    ".a = 1",
    "a..b = 8",
    "a[ = 1",
    "a] = 1",
    "a[] = 1",
    "a[1.5] = 1",
    "a[0 = 1",
)
where("BROKEN_JSON", "a = 1", "b = null", "a = null")
where(
    "JSON_KEYS",
    "__key.id = 1",
    "__key#id = 1",
    "__key.at.x = 'q'",
    "__key.nope = null",
    "__key = 1",
    "this = 10",
    "this > 5",
    "__keyid = 1",
    "__key.id > 1 and this = 20",
)
where(
    "INTS",
    "this > 5",
    "this = 5",
    "this = 5.0",
    "this > 5.5",
    "this = '5'",
    "this = 'x'",
    "this = 99999999999",
    "this in (1, 2, 3)",
    "this in (1, 2.0)",
    "this between 1 and 3",
    "this = null",
    "this != null",
    "this",
    "this like '1%'",
    "this regex '1'",
    "__key = 5",
    "__key > 5 and this < 8",
    "this.x = 1",
    "x = 1",
    "x = null",
    "this % 2 = 0",
    "__key#x = 1",
    "this[0] = 1",
    "this[any] = 1",
    "this = true",
    "this = ' 5'",
    "this = '+5'",
    "this = '\u0665'",  # a digit of another script
    "this.this = 5",
    "__key.__key = 5",
    "__key.this = 5",
    "",
)
where(
    "TEXTS",
    "this = 'a'",
    "this > 'a'",
    "this >= 'abc'",
    "this < 'a'",
    "this between 'a' and 'b'",
    "this like 'a%'",
    "this like 'a\\%c'",
    "this like 'a\\_c'",
    "this like 'a_c'",
    "this like 'a\\\\c'",
    "this like 'a\\c'",
    "this like '%'",
    "this like '_'",
    "this like ''",
    "this like 'line%'",
    "this like 'line_break'",
    "this regex 'line.break'",
    "this regex '(?s)line.break'",
    "this ilike 'Ä'",
    "this ilike 'SS'",
    "this ilike 'a.c'",
    "this like 'a.c'",
    "this = 10",
    "this > 9",
    "this = null",
    "this = 'null'",
    "this in ('a', 'x y')",
    "this in ('a', 'b)')",
    "this = 'b)'",
    "this = true",
    "this = ''",
    "this like '\\%'",
    "this = 'O''Hara'",
    "this = 'x y'",
    "this like 'x y'",
    "this like '[a]'",
    "this like '\\E%'",
    "this regex '\\p{L}'",
    "this regex '[[:alpha:]]+'",
    "this regex '\\d+'",
    "this regex '.*+'",
    "this regex 'a|A'",
    "this regex '^a$'",
    "this regex '\\h'",
    "this regex '(a)\\1'",
    "this regex '\\x61'",
    "this regex 'a{1,2}'",
    "this regex 'a{'",
    "this regex '(?<n>a)b?'",
    "this regex '*'",
    "this.length > 2",
    "length = 1",
    "this.bytes = 1",
    "isEmpty",
    "empty",
    "hash = 0",
    "class = 'x'",
    "chars = 2",
    "length() = 2",
)
where(
    "DOUBLES",
    "this = 0",
    "this = 0.0",
    "this = -0.0",
    "this > 0",
    "this >= 0",
    "this < 0",
    "this = 1",
    "this = '1'",
    "this = NaN",
    "this > 1e300",
    "this = Infinity",
    "this = 'Infinity'",
    "this != NaN",
    "this between 0 and 2",
    "this in (0, 1.5)",
    "this = 9007199254740992",
    "this = 1.5f",
    "this = 1.5d",
    "this = 0x1p1",
    "this = ' 1 '",
    "this = x",
    "this = 1_0",
)
where(
    "LONGS",
    "this = 5",
    "this > 5",
    "this = 2147483648",
    "this = 9223372036854775807",
    "this = 9223372036854775808",
    "this = 5.0",
    "this = 5.5",
    "this < 0",
    "this in (5, 0)",
)
where(
    "DECIMALS",
    "this = 1",
    "this = 1.0",
    "this = 1.00",
    "this > 1",
    "this >= 1.5",
    "this in (1, 1.5)",
    "this in (1.50)",
    "this = x",
    "this = 1e30",
    "this != 1",
)
where(
    "BIGS",
    "this = 5",
    "this > 5",
    "this = 5.0",
    "this = 1000000000000000000000000000000",
    "this in (5)",
    "this = x",
)
where("SHORTS", "this = 5", "this > 5", "this = 300", "this = 70000", "this = x")
where("BYTES", "this = 5", "this > 5", "this = 300", "this = -129")
where("MIXED_NUMBERS", "this = 5", "this > 5", "this in (5, 6)", "this between 5 and 6")
where(
    "BOOLS",
    "this",
    "not this",
    "this = true",
    "this = 1",
    "this = 'yes'",
    "this > false",
    "this in (true)",
)
where(
    "UUIDS",
    "this = '00000000-0000-0000-0000-000000000001'",
    "this > '00000000-0000-0000-0000-000000000001'",
    "this = x",
    "this = 1",
    "this in ('00000000-0000-0000-0000-000000000001')",
)
where("TIMES", "this = '2024-02-29'", "this > '2023-06-01'", "this = null")
where("MOMENTS", "this = '2024-02-29T12:30'", "this > '2024-02-29T12:30Z'")
where(
    "LISTS",
    "this = 1",
    "this[0] = 1",
    "this[any] = 1",
    "size = 2",
    "this.size > 0",
    "this = null",
    "[0] = 1",
    "this like 'a'",
)
where("ARRAYS", "this = 1", "this[0] = 97", "length = 2", "this[any] = 97")
where(
    "EMPTY",
    "this = 1",
    "name = 'x' and",
    "this = 'x",
    "this like null",
    "this regex '['",
    "x[ = 5",
    "a. = 1",
)

# -- predicates -------------------------------------------------------------------------------
keys(
    "INTS",
    p.equal("this", 5),
    p.equal("this", 5.0),
    p.equal("this", 5.5),
    p.equal("this", "5"),
    p.equal("this", "x"),
    p.equal("this", None),
    p.equal("this", True),
    p.equal("this", D("5")),
    p.equal("this", [1]),
    p.equal("this", uuid.UUID(int=5)),
    p.not_equal("this", 5),
    p.not_equal("this", None),
    p.not_equal("this", "5"),
    p.greater("this", 5),
    p.greater("this", 5.5),
    p.greater("this", -0.5),
    p.greater("this", "5"),
    p.greater("this", None),
    p.greater_or_equal("this", 5),
    p.less("this", 5),
    p.less("this", None),
    p.less_or_equal("this", 5),
    p.between("this", 3, 5),
    p.between("this", 5, 3),
    p.between("this", None, 5),
    p.between("this", 2.5, 4.5),
    p.between("this", "3", "5"),
    p.in_("this", 1, 2, 99),
    p.in_("this"),
    p.in_("this", 1.0, 2.5),
    p.in_("this", None),
    p.in_("this", "1", 2),
    p.in_("this", [1]),
    p.like("this", "1%"),
    p.ilike("this", "1"),
    p.regex("this", "1"),
    p.like("x", "1"),
    p.and_(),
    p.or_(),
    p.and_(p.equal("this", 5)),
    p.or_(p.equal("this", 5)),
    p.and_(p.greater("this", 3), p.less("this", 6)),
    p.or_(p.greater("this", 12), p.less("this", -3)),
    p.not_(p.equal("this", 5)),
    p.not_(p.greater("this", 5)),
    p.not_(p.true()),
    p.not_(p.in_("this", 5)),
    p.not_(p.not_(p.equal("this", 5))),
    p.not_(p.and_(p.greater("this", 3), p.less("this", 6))),
    p.true(),
    p.false(),
    p.not_(p.false()),
    p.instance_of("java.lang.Integer"),
    p.instance_of("java.lang.Number"),
    p.instance_of("java.lang.String"),
    p.instance_of("java.lang.Object"),
    p.instance_of("java.lang.Comparable"),
    p.instance_of("java.io.Serializable"),
    p.instance_of("no.such.Class"),
    p.instance_of(""),
    p.instance_of("int"),
    p.equal("", 5),
    p.equal("this ", 5),
    p.equal("THIS", 5),
    p.equal("__key", 5),
    p.greater("__key", 5),
    p.equal("__key#this", 5),
    p.equal("__key.x", 5),
    p.sql("this > 5"),
    p.and_(p.sql("this > 5"), p.sql("this < 8")),
    p.not_(p.sql("this > 5")),
    p.or_(*[p.equal("this", n) for n in range(6)]),
    p.or_(*[p.equal("this", str(n)) for n in range(6)]),
    p.equal("this.value", 5),
    p.equal("value", 5),
    p.equal("intValue", 5),
    p.true(),
    p.equal(None, 5),
    p.like("this", None),
    p.regex("this", None),
    p.in_("this", 2**31 - 1),
    p.equal("x", None),
    p.not_equal("x", None),
    p.between("x", 1, 2),
    p.in_("x", None),
)
keys(
    "TEXTS",
    p.equal("this", "a"),
    p.equal("this", 10),
    p.equal("this", 10.0),
    p.equal("this", True),
    p.equal("this", "null"),
    p.equal("this", D("1.0")),
    p.greater("this", 9),
    p.in_("this", 10, 9),
    p.like("this", "a%"),
    p.like("this", None),
    p.like("this", "a\\%c"),
    p.like("this", "a\\\\c"),
    p.like("this", "%\\"),
    p.like("this", "\\"),
    p.ilike("this", "A%"),
    p.ilike("this", "ä"),
    p.ilike("this", "ß"),
    p.ilike("this", None),
    p.regex("this", "a.*"),
    p.regex("this", "(?i)abc"),
    p.regex("this", ""),
    p.regex("this", "["),
    p.regex("this", "a++bc"),
    p.regex("this", "\\p{javaLowerCase}"),
    p.regex("this", "\\p{IsAlphabetic}"),
    p.regex("this", "\\p{IsLatin}"),
    p.regex("this", "\\p{Lu}"),
    p.regex("this", "\\P{Lu}"),
    p.regex("this", "\\w"),
    p.regex("this", "(?U)\\w"),
    p.regex("this", "[^a]"),
    p.regex("this", "[a-c[A-C]]"),
    p.regex("this", "\\Aabc\\z"),
    p.regex("this", "abc\\Z"),
    p.regex("this", "a(?#x)b"),
    p.regex("this", "(?x)a b c"),
    p.regex("this", "\\bx\\b y"),
    p.regex("this", "\\u0061"),
    p.regex("this", "\\0141"),
    p.regex("this", "\\cA"),
    p.regex("this", "\\R"),
    p.regex("this", "line\\Rbreak"),
    p.regex("this", "\\p{Nope}"),
    p.regex("this", "(?<=x) y"),
    p.regex("this", "[]a]"),
    p.regex("this", "[a"),
    p.regex("this", "a)"),
    p.regex("this", "(?>a)bc"),
    p.regex("this", "\\k<n>"),
    p.regex("this", "\\1"),
    p.regex("this", "\\y"),
    p.regex("this", "\\p{Punct}"),
    p.regex("this", "[\\p{Punct}]"),
    p.regex("this", "\\p{InGreek}"),
    p.regex("this", "[&&a]"),
    p.regex("this", "\\X"),
    p.regex("this", "\\N{DIGIT ONE}0"),
)
keys(
    "DOUBLES",
    p.equal("this", 0),
    p.equal("this", 0.0),
    p.equal("this", -0.0),
    p.equal("this", float("nan")),
    p.not_equal("this", float("nan")),
    p.greater("this", float("inf")),
    p.greater_or_equal("this", 0),
    p.greater_or_equal("this", -0.0),
    p.less("this", 0.0),
    p.in_("this", 0, 1),
    p.in_("this", 0.0, float("nan")),
    p.in_("this", -0.0),
    p.between("this", -0.0, 0.0),
    p.equal("this", D("1.5")),
    p.equal("this", True),
)
keys(
    "LONGS",
    p.equal("this", 5),
    p.equal("this", 5.0),
    p.equal("this", 5.5),
    p.equal("this", "5"),
    p.greater("this", 5),
    p.in_("this", 5, 0),
    p.equal("this", 2.0**53),
    p.greater("this", 2.0**53),
    p.equal("this", D("5.9")),
    p.equal("this", True),
)
keys(
    "DECIMALS",
    p.equal("this", 1),
    p.equal("this", 1.0),
    p.equal("this", D("1")),
    p.equal("this", D("1.0")),
    p.equal("this", 1.5),
    p.in_("this", D("1.5"), 1),
    p.greater("this", 1),
    p.greater_or_equal("this", 1.0),
    p.equal("this", True),
    p.equal("this", "1.50"),
)
keys(
    "BIGS",
    p.equal("this", 5),
    p.equal("this", 5.9),
    p.equal("this", D("5.9")),
    p.greater("this", 5),
    p.equal("this", True),
    p.equal("this", "5"),
)
keys(
    "SHORTS",
    p.equal("this", 5),
    p.equal("this", 65541),
    p.greater("this", 5),
    p.equal("this", 5.0),
    p.equal("this", True),
)
keys("BYTES", p.equal("this", 5), p.equal("this", 261), p.greater("this", 5))
keys(
    "MIXED_NUMBERS",
    p.equal("this", 5),
    p.equal("this", 5.0),
    p.greater("this", 5),
    p.in_("this", 5, 6),
    p.between("this", 5, 6),
    p.instance_of("java.lang.Long"),
    p.instance_of("java.lang.Number"),
)
keys(
    "BOOLS",
    p.equal("this", True),
    p.equal("this", 1),
    p.equal("this", 0),
    p.equal("this", "true"),
    p.equal("this", "yes"),
    p.greater("this", False),
    p.in_("this", True),
    p.equal("this", 0.5),
)
keys(
    "UUIDS",
    p.equal("this", uuid.UUID(int=1)),
    p.greater("this", uuid.UUID(int=1)),
    p.in_("this", uuid.UUID(int=2)),
    p.equal("this", str(uuid.UUID(int=1))),
    p.equal("this", 1),
)
keys(
    "TIMES",
    p.equal("this", dt.date(2024, 2, 29)),
    p.greater("this", dt.date(2023, 1, 1)),
    p.equal("this", "2024-02-29"),
    p.in_("this", dt.date(2024, 2, 29)),
    p.between("this", dt.date(2024, 1, 1), dt.date(2024, 12, 1)),
    p.equal("year", 2024),
    p.equal("monthValue", 2),
)
keys(
    "MOMENTS",
    p.equal("this", NOON),
    p.greater("this", NOON),
)
keys("CLOCKS", p.equal("this", dt.time(12, 30)), p.greater("this", dt.time(12, 30)))
keys(
    "LISTS",
    p.equal("this", 1),
    p.equal("this", [1, 2]),
    p.in_("this", 1),
    p.equal("this[any]", 1),
    p.greater("this", 1),
    p.instance_of("java.util.List"),
    p.instance_of("java.util.ArrayList"),
    p.instance_of("java.util.Collection"),
)
keys("ARRAYS", p.equal("this", bytearray(b"ab")), p.equal("this", 1), p.instance_of("[B"))
keys(
    "PEOPLE",
    p.equal("age", 45),
    p.equal("age", 45.0),
    p.equal("age", "45"),
    p.greater("age", 20),
    p.equal("height", 2),
    p.equal("height", D("1.85")),
    p.equal("active", True),
    p.equal("city", None),
    p.not_equal("city", None),
    p.not_equal("city", "Bonn"),
    p.in_("city", "Bonn", None),
    p.equal("address", None),
    p.not_equal("address", None),
    p.equal("address", 5),
    p.equal("this", J({})),
    p.equal("this", 5),
    p.instance_of("com.hazelcast.core.HazelcastJsonValue"),
    p.instance_of("java.lang.String"),
    p.not_(p.greater("age", 20)),
    p.not_(p.greater("nope", 20)),
    p.not_(p.between("nope", 1, 2)),
    p.not_(p.and_(p.greater("nope", 1), p.less("nope", 2))),
    p.like("age", "4%"),
    p.between("age", 17, 31),
    p.equal("tags", "a"),
    p.equal("tags[any]", "b"),
    p.in_("tags[any]", "b", "zz"),
    p.equal("kids[any].name", "Tim"),
    p.or_(*[p.equal("age", n) for n in (17, 31, 45, 1, 2)]),
    p.or_(*[p.equal("city", n) for n in (None, "Bonn", "a", "b", "c")]),
    p.and_(p.equal("active", True), p.or_(p.less("age", 20), p.greater("height", 1.7))),
)
keys(
    "JSON_KEYS",
    p.equal("__key.id", 1),
    p.equal("__key#id", 1),
    p.greater("__key.id", 1),
    p.equal("__key", 1),
    p.equal("__key.at.x", "p"),
)
keys(
    "TEXT_KEYS",
    p.equal("__key", "a"),
    p.like("__key", "_"),
    p.greater("__key", "a"),
    p.equal("__key.x", 1),
)
keys(
    "EMPTY",
    p.equal("this", 1),
    p.regex("this", "["),
    p.instance_of("no.such.Class"),
    p.equal("x[", 1),
)

# -- aggregators ------------------------------------------------------------------------------
aggregates("EMPTY", None, "this", "x")
aggregates("INTS", None, "__key", "this", "x", "")
aggregates("LONGS", None)
aggregates("DOUBLES", None)
aggregates("MIXED_NUMBERS", None)
aggregates("TEXTS", None)
aggregates("DECIMALS", None)
aggregates("BIGS", None)
aggregates("SHORTS", None)
aggregates("BOOLS", "this")
aggregates("ONE_TEXT", "this")
aggregates("UUIDS", "this")
aggregates("LISTS", "this", "this[any]")
aggregates(
    "PEOPLE",
    "age",
    "height",
    "city",
    "name",
    "tags[any]",
    "kids[any].age",
    "address",
    "address.no",
    "nope",
    "active",
    "tags[0]",
)
aggregates("JSON_KEYS", "__key.id", None)
CASES.append(
    Case("count with predicate", "INTS", lambda m: m.aggregate(agg.count(), p.greater("this", 5)))
)
CASES.append(
    Case(
        "sum with predicate", "INTS", lambda m: m.aggregate(agg.int_sum("this"), p.sql("this < 3"))
    )
)
CASES.append(Case("max with false", "INTS", lambda m: m.aggregate(agg.max_("this"), p.false())))
CASES.append(Case("avg with false", "INTS", lambda m: m.aggregate(agg.int_avg("this"), p.false())))
CASES.append(
    Case(
        "aggregate with bad predicate", "INTS", lambda m: m.aggregate(agg.count(), p.sql("this >"))
    )
)
CASES.append(
    Case("aggregate with paging", "INTS", lambda m: m.aggregate(agg.count(), p.paging(p.true(), 3)))
)

# -- projections ------------------------------------------------------------------------------
projects(
    "PEOPLE",
    *[
        (path, proj.single_attribute(path))
        for path in (
            "name",
            "age",
            "height",
            "city",
            "address",
            "address.no",
            "tags[0]",
            "tags[5]",
            "kids[0].name",
            "kids[0]",
            "nope",
            "this",
            "__key",
            "active",
            "this.age",
            "__key.x",
        )
    ],
    ("name,age", proj.multi_attribute("name", "age")),
    ("all kinds", proj.multi_attribute("name", "age", "height", "active", "city", "address")),
    ("__key,this", proj.multi_attribute("__key", "this")),
    ("identity", proj.identity()),
)
projects(
    "INTS",
    ("this", proj.single_attribute("this")),
    ("__key", proj.single_attribute("__key")),
    ("x", proj.single_attribute("x")),
    ("multi", proj.multi_attribute("__key", "this")),
    ("multi x", proj.multi_attribute("this", "x")),
    ("identity", proj.identity()),
)
projects(
    "MIXED_NUMBERS",
    ("this", proj.single_attribute("this")),
    ("multi", proj.multi_attribute("__key", "this")),
)
projects(
    "ODD_JSON",
    ("a", proj.single_attribute("a")),
    ("a.b", proj.single_attribute("a.b")),
    ("[1]", proj.single_attribute("[1]")),
    ("this", proj.single_attribute("this")),
)
projects("BROKEN_JSON", ("a", proj.single_attribute("a")))
projects("LISTS", ("this", proj.single_attribute("this")))
projects("EMPTY", ("x", proj.single_attribute("x")), ("identity", proj.identity()))
projects(
    "JSON_KEYS", ("__key.id", proj.single_attribute("__key.id")), ("identity", proj.identity())
)
projects(
    "TEXTS", ("length", proj.single_attribute("length")), ("this", proj.single_attribute("this"))
)
CASES.append(
    Case(
        "project with predicate",
        "INTS",
        lambda m: m.project(proj.single_attribute("this"), p.greater("this", 10)),
    )
)
CASES.append(
    Case(
        "project with bad predicate",
        "INTS",
        lambda m: m.project(proj.single_attribute("this"), p.sql("(")),
    )
)
CASES.append(
    Case(
        "project with paging",
        "INTS",
        lambda m: m.project(proj.single_attribute("this"), p.paging(p.true(), 3)),
    )
)
for number, one in enumerate(
    (p.greater("this", 10), p.sql("this between 3 and 5"), p.true(), p.false())
):
    CASES.append(Case(f"values {number}", "INTS", lambda m, one=one: m.values(one)))
    CASES.append(Case(f"entry_set {number}", "INTS", lambda m, one=one: m.entry_set(one)))
    CASES.append(
        Case(
            f"text values {number}", "PEOPLE", lambda m, one=one: m.values(p.equal("active", True))
        )
    )

for n in list(ODD_JSON):
    where(
        f"ODD_{n}",
        "a = 1",
        "a = 2",
        "a = '1'",
        "a = 100",
        "a > 1",
        "a = null",
        "a != null",
        "a.b = 8",
        "a.b[1].c = 'x'",
        "a.b[0] = 1",
        "a[any] = 1",
        "a[any] = null",
        "a[any] != null",
        "a[any] > 1",
        "a[any].b = 1",
        "[0] = 1",
        "this[0] = 1",
        "this = 5",
        "this = 'text'",
        "this = null",
        "this > 1",
        "a = true",
        "a = -0.0",
        "a = 0",
        "a = 'uni'",
        "a. = 1",
        ".a = 1",
        "a..b = 8",
        "a.. = 1",
        "a] = 1",
        "a[] = 1",
        "a[1.5] = 1",
        "a[-1] = 1",
        "a[x] = 1",
        "a.b[x] = 1",
        "b[x] = 1",
        "a[0][x] = 1",
        "a.b.c.d = 1",
        "a like '1'",
        "a[any] like '1'",
        "a[any] in (1, 1.5)",
        "this.a = 1",
    )
    aggregates(f"ODD_{n}", "a", "a[any]")
    projects(
        f"ODD_{n}",
        ("a", proj.single_attribute("a")),
        ("this", proj.single_attribute("this")),
        ("a[0]", proj.single_attribute("a[0]")),
        ("a[6]", proj.single_attribute("a[6]")),
        ("a[9]", proj.single_attribute("a[9]")),
        ("x", proj.single_attribute("this.a")),
    )
for n in list(BROKEN_JSON):
    where(f"BROKEN_{n}", "a = 1", "a[any] = 1", "a.b = 1", "a[0] = 1")
where("ENDED", "a = 1", "b = null")
where("COMMENTED", "a = 1", "b = null")
where("TEXTUAL", "a = 1", "a = null")
where("NAN", "a = 1", "a = null", "a = NaN")
where("PICKLED", "this = 1", "__key = 0", "x = 1", "this = null")
aggregates("PICKLED", None, "__key")
aggregates(
    "NUMBERS_IN_JSON",
    "f[any]",
    "g[any]",
    "h[any]",
    "i[any]",
    "j[any].x",
    "j[any].x.y",
    "k[any].x",
    "f[0]",
    "f",
)
aggregates("JSON_KEYS", "this", "__key")
aggregates("ARRAYS", None)
aggregates("TIMES", None)
aggregates("MOMENTS", None)
keys("PICKLED", p.instance_of("java.lang.Object"))
projects("PICKLED", ("this", proj.single_attribute("this")), ("identity", proj.identity()))
projects("MOMENTS", ("this", proj.single_attribute("this")))


def pages(data, predicate, size, how, wander=(0, 1, 2, 3)):
    def ask(m):
        seen = []
        paging = p.paging(predicate, size)
        for at in wander:
            paging.page = at
            seen.append(list(getattr(m, how)(paging)))
        return ["page " + repr([plain(x) for x in page]) for page in seen] + [
            "anchors " + repr([(a, plain(b)) for a, b in paging.anchor_list])
        ]

    CASES.append(
        Case(f"{data}: {how} pages of {size} {wander} {predicate!r}", data, ask, typed=False)
    )


for how in ("key_set", "values", "entry_set"):
    for size in (1, 7, 40, 100):
        pages("PAGES", p.true(), size, how)
        pages("TEXT_PAGES", None, size, how)
    pages("PAGES", p.greater("__key", 20), 5, how, (0, 1, 2, 3, 4, 5))
    pages("PAGES", p.sql("this = 'v3'"), 2, how, (2, 0, 1, 2, 5, 1))
    pages("PAGES", p.true(), 7, how, (3, 1, 2, 0, 5, 6, 4))
    pages("PAGES", p.false(), 7, how, (0, 1))
    pages("MIXED_NUMBERS", p.true(), 2, how)
    pages("LISTS", p.true(), 2, how)
    pages("PEOPLE", p.true(), 2, how)
    pages("JSON_KEYS", p.true(), 2, how)
    pages("UUIDS", p.true(), 2, how)
    pages("BOOLS", p.true(), 1, how)
    pages("DOUBLES", p.true(), 3, how)
    pages("TEXTS", p.true(), 4, how)
    pages("TIMES", p.true(), 1, how)
    pages("ONE_TEXT", p.true(), 1, how)
    pages("EMPTY", p.true(), 1, how)
    pages("INTS", p.sql("this >"), 1, how)
    pages("DECIMALS", p.true(), 2, how)
    pages("LONGS", p.true(), 2, how)


# -- indexes ----------------------------------------------------------------------------------
def index(data, **arguments):
    label = ", ".join(f"{k}={v!r}" for k, v in arguments.items())
    CASES.append(Case(f"{data}: index {label}", data, lambda m: m.add_index(**arguments)))


index("INTS", attributes=["this"])
index("INTS", attributes=["this"])
index("INTS", attributes=["this"], index_type=IndexType.HASH)
index("INTS", attributes=["__key"], name="named")
index("INTS", attributes=["this"], name="named")
index("INTS", attributes=["this"], index_type=IndexType.BITMAP)
where(
    "INTS",
    "this > 5",
    "this = 5",
    "this = 5.0",
    "this in (1,2)",
    "this between 1 and 3",
    "not this > 5",
    "this = null",
    "this > 5 and this < 9",
)
keys(
    "INTS",
    p.equal("this", 5),
    p.greater("this", 5.5),
    p.in_("this", 1, 2),
    p.not_(p.greater("this", 5)),
)


def _numbered(found: list[Case]) -> list[Case]:
    """Cases with labels of their own: values that look the same may be of different types."""
    seen: Counter[str] = Counter()
    numbered = []
    for case in found:
        seen[case.label] += 1
        again = f" ({seen[case.label]})" if seen[case.label] > 1 else ""
        numbered.append(case._replace(label=case.label + again))
    return numbered


CASES = _numbered([case for case in CASES if case.label not in UNDECIDED])
