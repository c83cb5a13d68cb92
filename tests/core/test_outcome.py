# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pickle

import pytest

from gridwire._core.outcome import Outcome


def test_there_are_three_answers_and_only_one_forbids_to_repeat():
    assert {each: each.safe_to_repeat for each in Outcome} == {
        Outcome.NOT_SENT: True,
        Outcome.UNKNOWN: False,
        Outcome.REJECTED: True,
    }


@pytest.mark.parametrize("outcome", Outcome)
def test_each_has_words_of_its_own(outcome: Outcome):
    assert outcome.sentence.endswith(".")
    assert [each for each in Outcome if each.sentence == outcome.sentence] == [outcome]


@pytest.mark.parametrize("outcome", Outcome)
def test_identity_survives_a_pickle(outcome: Outcome):
    assert pickle.loads(pickle.dumps(outcome)) is outcome
