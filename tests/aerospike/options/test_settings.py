# SPDX-License-Identifier: Apache-2.0
"""The tables of settings, of which the reference page is made, say what the code does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from gridwire import aerospike
from gridwire.aerospike._options import settings
from gridwire.aerospike._options.client_options import read_config
from gridwire.aerospike._options.policies import Policies

PROJECT = Path(__file__).resolve().parents[3]
TOOL = PROJECT / "tools" / "gen_aerospike_options.py"
PAGE = PROJECT / "docs" / "reference" / "aerospike-options.md"
HOSTS = {"hosts": ["a"]}
POLICY_KINDS = {
    "read": settings.READ,
    "write": settings.WRITE,
    "batch": {**settings.WRITE, **settings.BATCH},
}
TYPES = {
    "ClientConfig": settings.CONFIG,
    "TlsConfig": settings.TLS,
    "ReadPolicy": settings.READ,
    "WritePolicy": settings.WRITE,
    "BatchPolicy": POLICY_KINDS["batch"],
    "WriteMeta": settings.META,
    "InfoPolicy": settings.INFO,
}


def policies(defaults=None):
    def refuse(name, nearest):
        raise AssertionError(f"{name} is unknown")

    return Policies(defaults or {}, refuse)


def rules(kind, policy):
    made = policies()
    if kind == "write":
        return made.write(None, policy)
    return getattr(made, kind)(policy)


EACH = [(kind, name) for kind, known in POLICY_KINDS.items() for name in known]


@pytest.mark.parametrize("name", TYPES)
def test_types_have_the_keys_of_the_tables(name):
    assert set(getattr(aerospike, name).__annotations__) == set(TYPES[name])


@pytest.mark.parametrize("name", settings.CONFIG)
def test_the_default_of_the_configuration_is_what_holds_without_it(name):
    default = settings.CONFIG[name].default
    if default is not None:
        assert read_config({**HOSTS, name: default}) == read_config(HOSTS)


@pytest.mark.parametrize(("kind", "name"), EACH)
def test_the_default_of_a_policy_is_what_holds_without_it(kind, name):
    default = POLICY_KINDS[kind][name].default
    if default is not None:
        assert rules(kind, {name: default}) == rules(kind, {})


def test_the_default_of_retries_depends_on_the_kind():
    found = {kind: rules(kind, {}).max_retries for kind in POLICY_KINDS}
    assert found == {"read": 2, "write": 0, "batch": 2}


@pytest.mark.parametrize(
    "name", [name for name, each in settings.CONFIG.items() if each.least >= 0]
)
def test_the_least_number_of_the_configuration(name):
    least = settings.CONFIG[name].least
    read_config({**HOSTS, name: least})
    with pytest.raises(aerospike.InvalidArgError, match=name):
        read_config({**HOSTS, name: least - 1})


@pytest.mark.parametrize(("kind", "name"), EACH)
def test_values_outside_the_range_of_a_policy_are_refused(kind, name):
    setting = POLICY_KINDS[kind][name]
    if setting.least >= 0:
        rules(kind, {name: setting.least})
        with pytest.raises(aerospike.InvalidArgError, match=name):
            rules(kind, {name: setting.least - 1})
    elif setting.takes.startswith("one of "):
        names = re.findall(r"`(\w+)`", setting.takes)
        for each in names:
            rules(kind, {name: getattr(aerospike, each)})
        with pytest.raises((aerospike.InvalidArgError, ValueError), match=name):
            rules(kind, {name: 99})
    elif setting.takes.startswith("`True`"):
        with pytest.raises(TypeError, match=name):
            rules(kind, {name: 1})


def test_every_constant_that_is_named_exists():
    for table in (settings.CONFIG, *POLICY_KINDS.values(), settings.META):
        for setting in table.values():
            for name in re.findall(r"`([A-Z_]{3,})`", setting.takes + setting.doc):
                assert hasattr(aerospike, name), name


def test_the_policy_of_info_commands():
    assert policies().info_timeout(None) is None
    assert policies().info_timeout({"timeout": 250}) == 0.25
    made = policies({"info": {"timeout": 500}})
    assert made.info_timeout(None) == made.info_timeout({}) == 0.5
    assert made.info_timeout({"timeout": 0}) == 0
    with pytest.raises(aerospike.InvalidArgError, match="timeout"):
        policies({"info": {"timeout": -1}})
    with pytest.raises(AssertionError, match="time_out"):
        policies({"info": {"time_out": 1}})
    with pytest.raises(TypeError, match="policy"):
        made.info_timeout(250)


def run(*arguments):
    command = [sys.executable, TOOL, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_the_page_is_what_the_tables_say():
    done = run("--check")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_page_that_differs_is_red(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(PAGE.read_text().replace("256", "255"))
    done = run("--check", "--page", page)
    assert done.returncode == 1
    assert "stale; run tools/gen_aerospike_options.py" in done.stderr


def test_the_page_names_every_key():
    text = PAGE.read_text()
    for table in (settings.CONFIG, settings.TLS, *POLICY_KINDS.values(), settings.INFO):
        for name in table:
            assert f"\n| `{name}`" in text, name
