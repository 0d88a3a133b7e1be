"""Every broken deployment turns its one criterion red and helps; no right one turns any red."""

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from fixtures.report.rubric import RUBRIC
from tests.faults.deployments import CHEATS, FAULTS, VARIATIONS
from tests.faults.deployments.judged import judge

CASES = [*FAULTS, *VARIATIONS, *CHEATS]
FOLDER = "LAUNCH_CONTROL_FAULTS"
"""The variable that names where `make faults` wants a record of each case."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(filter(None, [getattr(case, "criterion", ""), case.id])))
def test_the_suite_judges_rightly(request, case, tmp_path):
    """A fault turns exactly its criterion red, with help; a variation, or a cheat that nobody can tell, turns none red."""
    verdict = judge(request.getfixturevalue("docker_stage" if case.dockerfile else "stage"), case, tmp_path)
    if FOLDER in os.environ:
        Path(os.environ[FOLDER], f"{case.id}.json").write_text(json.dumps(verdict.record()), encoding="utf-8")
    assert list(verdict.unexpected()) == [], verdict.printed


def test_every_criterion_is_turned_red_by_three_faults():
    """A criterion that nothing turns red proves nothing."""
    counts = Counter(fault.criterion for fault in FAULTS)
    assert {criterion.id: counts[criterion.id] for criterion in RUBRIC if counts[criterion.id] < 3} == {}


def test_there_are_a_hundred_faults_and_thirty_variations():
    """As many as were promised, and no two of one name."""
    assert len(FAULTS) >= 100
    assert len(VARIATIONS) >= 30
    assert [name for name, count in Counter(case.id for case in CASES).items() if count > 1] == []
