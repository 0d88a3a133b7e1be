"""Every broken deployment turns its one criterion red and helps; no right one turns any red."""

import json
import os
from pathlib import Path

import pytest

from tests.faults.deployments import FAULTS, VARIATIONS
from tests.faults.deployments.judged import judge
from tests.faults.deployments.stack import Account

CASES = [*FAULTS, *VARIATIONS]


@pytest.fixture(scope="module")
def account(tmp_path_factory):
    """A standing rehearsal for this process."""
    with Account(tmp_path_factory.mktemp("api")) as own:
        yield own


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_suite_judges_rightly(account, case, tmp_path):
    """A fault turns exactly its criterion red, with help; a variation turns none red."""
    verdict = judge(account, case, tmp_path)
    folder = os.environ.get("FAULTS_FOLDER")
    if folder:
        Path(folder, f"{case.id}.json").write_text(json.dumps(verdict.record()), encoding="utf-8")
    assert list(verdict.unexpected()) == [], verdict.printed
