# SPDX-License-Identifier: Apache-2.0
"""What was recorded with a real server: our node answers the same, byte by byte."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from support import aerospike_vectors as vectors

COMMITTED = vectors.committed()
REPLAY = Path(__file__).with_name("replay.py")


def run(*arguments):
    return subprocess.run(
        [sys.executable, str(REPLAY), *map(str, arguments)], capture_output=True, text=True
    )


def spoiled(line):
    row = json.loads(line)
    last = "00" if row["response"][-1][-2:] != "00" else "01"
    row["response"][-1] = row["response"][-1][:-2] + last
    return json.dumps(row)


@pytest.mark.parametrize("name", COMMITTED)
def test_a_node_answers_as_the_real_server_did(name):
    replay = vectors.replay(COMMITTED[name])
    assert replay.failed == []
    assert len(replay.passed) == len(COMMITTED[name])


def test_the_list_names_the_exchanges_that_are_replayed():
    ids = [json.loads(line)["id"] for lines in COMMITTED.values() for line in lines]
    assert ids == vectors.must_pass()
    assert len(ids) == len(set(ids)) > 1500


def test_one_byte_that_differs_is_found():
    lines = list(COMMITTED["kv-ops"])
    lines[3] = spoiled(lines[3])
    replay = vectors.replay(lines)
    assert [found.exchange.id for found in replay.failed] == [json.loads(lines[3])["id"]]


def test_an_answer_where_none_is_due_is_found():
    lines = list(COMMITTED["raw"])
    silent = next(n for n, line in enumerate(lines) if "proto/type-5" in line)
    row = json.loads(lines[silent])
    row["request"] = row["request"][:2] + "03" + row["request"][4:]
    assert len(vectors.replay([*lines[:silent], json.dumps(row)]).failed) == 1


def test_a_connection_that_stays_open_is_found(monkeypatch):
    row = json.loads(COMMITTED["kv-ops"][0]) | {"connection_after": "closed by the server"}
    monkeypatch.setattr(vectors, "_PATIENCE_SECONDS", 0.05)
    assert len(vectors.replay([json.dumps(row)]).failed) == 1


def test_the_command_counts_and_shows_differences(tmp_path):
    lines = COMMITTED["truncate"]
    tmp_path.joinpath("truncate.jsonl").write_text("\n".join(lines), encoding="utf-8")
    done = run(tmp_path)
    assert f"{len(lines)} passed, 0 failed" in done.stdout
    assert done.returncode == 0, done.stdout

    changed = "\n".join([spoiled(lines[0]), *lines[1:]])
    tmp_path.joinpath("truncate.jsonl").write_text(changed, encoding="utf-8")
    done = run(tmp_path, "--only", "truncate.jsonl")
    identity = json.loads(lines[0])["id"]
    assert f"{len(lines) - 1} passed, 1 failed" in done.stdout
    assert f"must pass, and did not: {identity}" in done.stdout
    assert "expected" in done.stdout
    assert done.returncode == 1


@pytest.mark.parametrize("more", [(), ("--only", "truncate")])
def test_the_command_does_not_take_nothing_for_success(tmp_path, more):
    done = run(tmp_path, *more)
    assert "no recording" in done.stderr
    assert done.returncode == 2
