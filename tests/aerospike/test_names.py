# SPDX-License-Identifier: Apache-2.0
"""Whoever changes `aerospike_py` to `gridwire.aerospike` in an import finds what was there.

What is not here stands in tables with its reason, and the tables are exact.
"""

from __future__ import annotations

import importlib
import inspect
import logging
import re
import warnings

import pytest

from gridwire import aerospike as ours

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    theirs = pytest.importorskip("aerospike_py", reason="aerospike_py is not installed")

# Operations on lists, maps, bits and HyperLogLog, expressions, queries, users, functions, metrics
# and NumPy come in later issues, with their names.
LATER = re.compile(
    r"(BIT|LIST|MAP|HLL|INDEX|REGEX|PRIV|QUERY|SERIALIZER)_|"
    r"(Admin|BatchUDF|HLL|List|Map|Numpy|Partition|Privilege|Query|AsyncQuery|Role|Scan|User(?!Key))|"
    r"(bit|hll|list|map)_operations|exp$|predicates|partition_filter_|.*metrics|.*tracing|"
    r"internal_stage|dropped_log_count"
)
NOT_LATER = {"QueryAbortedError", "QueryError", "AdminError"}
ALIASES = {"TimeoutError", "IndexError"}


def wanted(names: list[str]) -> set[str]:
    return {name for name in names if name in NOT_LATER or not LATER.match(name)}


def test_every_name_that_is_not_for_later_is_here():
    missing = wanted(theirs.__all__) - set(ours.__all__) - ALIASES - {"__version__"}
    assert missing == set()
    assert [name for name in ours.__all__ if not hasattr(ours, name)] == []
    assert len(set(ours.__all__)) == len(ours.__all__)


def test_what_is_for_later_is_absent():
    for name in theirs.__all__:
        if LATER.match(name) and name not in NOT_LATER:
            assert name not in ours.__all__, name


@pytest.mark.parametrize("module", ["types", "exception"])
def test_modules_have_the_same_names(module):
    mine = importlib.import_module(f"gridwire.aerospike.{module}")
    other = importlib.import_module(f"aerospike_py.{module}")
    names = [
        name
        for name, value in vars(other).items()
        if not name.startswith("_") and getattr(value, "__module__", "") not in ("typing", None)
        if not inspect.ismodule(value)
    ]
    for name in wanted(names) - {"Any", "NamedTuple", "TypeAlias", "TypedDict", "annotations"}:
        assert hasattr(mine, name), name


def test_constants_have_the_same_values():
    compared = 0
    for name in ours.constants.__all__:
        if hasattr(theirs, name):
            assert getattr(ours, name) == getattr(theirs, name), name
            compared += 1
    assert compared > 80


TUPLES = [
    name
    for name, value in vars(theirs.types).items()
    if isinstance(value, type) and issubclass(value, tuple)
]


@pytest.mark.parametrize("name", sorted(TUPLES))
def test_results_have_the_same_fields(name):
    mine, other = getattr(ours, name), getattr(theirs.types, name)
    assert mine._fields == other._fields
    assert mine._field_defaults.keys() == other._field_defaults.keys()


DICTS = ["ReadPolicy", "WritePolicy", "BatchPolicy", "WriteMeta", "ClientConfig"]
DICTS += ["BatchReadPolicy", "BatchDeletePolicy", "BatchDeleteMeta"]


@pytest.mark.parametrize("name", DICTS)
def test_dictionaries_have_the_same_keys(name):
    mine, other = getattr(ours, name), getattr(theirs.types, name)
    assert set(other.__annotations__) - set(mine.__annotations__) <= {"filter_expression"}


ERRORS = [
    name
    for name, value in vars(theirs.exception).items()
    if isinstance(value, type) and issubclass(value, Exception) and not name.startswith("_")
]


@pytest.mark.parametrize("name", sorted(ERRORS))
def test_errors_have_the_same_bases(name):
    mine = getattr(ours, name)
    expected = {base.__name__ for base in getattr(theirs.exception, name).__mro__}
    assert expected <= {base.__name__ for base in mine.__mro__}


@pytest.mark.parametrize(
    ("alias", "name"),
    [("TimeoutError", "AerospikeTimeoutError"), ("IndexError", "AerospikeIndexError")],
)
def test_old_names_of_errors_warn(alias, name):
    for module in (ours, ours.exception):
        with pytest.warns(DeprecationWarning, match=name):
            assert getattr(module, alias) is getattr(ours, name)
    with pytest.raises(AttributeError):
        ours.exception.Nothing  # noqa: B018
    with pytest.raises(AttributeError):
        ours.Nothing  # noqa: B018


@pytest.mark.parametrize(
    ("level", "standard"),
    [
        (ours.LOG_LEVEL_OFF, logging.CRITICAL + 1),
        (ours.LOG_LEVEL_ERROR, logging.ERROR),
        (ours.LOG_LEVEL_WARN, logging.WARNING),
        (ours.LOG_LEVEL_INFO, logging.INFO),
        (ours.LOG_LEVEL_DEBUG, logging.DEBUG),
        (ours.LOG_LEVEL_TRACE, 5),
    ],
)
def test_log_levels(level, standard):
    logger = logging.getLogger("gridwire.aerospike")
    before = logger.level
    try:
        ours.set_log_level(level)
        assert logger.level == standard
    finally:
        logger.setLevel(before)


def test_other_log_levels_are_refused():
    with pytest.raises(ValueError, match="LOG_LEVEL_TRACE"):
        ours.set_log_level(9)
    with pytest.raises(TypeError, match="int"):
        ours.set_log_level("INFO")  # type: ignore[arg-type]
