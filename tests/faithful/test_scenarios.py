# SPDX-License-Identifier: Apache-2.0
"""Five clients, in-process clusters and real members: all see what was recorded.

What was recorded is what the official client saw on real members (`faithful.record`). Where a
client differs, the table in `faithful.differences` says so, and what it does instead.
"""

from __future__ import annotations

import pytest

from faithful.catalogue import GROUPS, TOGETHER
from faithful.stages import together

pytest.importorskip("hazelcast.asyncio")


@pytest.mark.parametrize("group", GROUPS)
def test_in_process(in_process_stage, group):
    wrong = in_process_stage.disagreements(group)
    assert not wrong, "\n".join(wrong)


@pytest.mark.real_member
@pytest.mark.parametrize("group", GROUPS)
def test_real_members(real_stage, group, note_second_play):
    wrong = real_stage.doubts(group, note_second_play)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("group", TOGETHER)
def test_in_process_together(in_process_target, group):
    _together(*in_process_target, group)


@pytest.mark.real_member
@pytest.mark.parametrize("group", TOGETHER)
def test_real_members_together(real_target, group):
    _together(*real_target, group)


def _together(cluster, version, group):
    wrong = together(cluster, version, group)
    assert not wrong, "\n".join(wrong)
