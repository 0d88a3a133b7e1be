"""What programs read: criteria.json and its schema, Gradescope's results, the cleanup proof, JUnit's attachments."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from fixtures.ledger.ledger import Ledger
from fixtures.report.files import CRITERIA_FILE, RESULTS_FILE, SCHEMA_FILE, attach_evidence, write_files
from fixtures.report.outcomes import Outcome, RunReport, Status
from fixtures.report.rubric import BY_ID, RUBRIC
from tests.unit.report.report_support import HOSTILE, mixed, passed, run_report

SCHEMA = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())


def written(report: RunReport, bundle: Path, name: str) -> dict[str, Any]:
    """The named file, as it is written for the report."""
    write_files(bundle, report, dict)
    return dict(json.loads((bundle / name).read_text(encoding="utf-8")))


# criteria.json


@pytest.mark.parametrize("report", [run_report(passed()), run_report(mixed(), "LIVE", ("left behind",)), run_report(())])
def test_criteria_json_keeps_its_schema(report: RunReport, tmp_path: Path) -> None:
    """Green, red or empty: whoever reads it by the published schema can rely on it."""
    VALIDATOR.check_schema(SCHEMA)
    assert list(VALIDATOR.iter_errors(written(report, tmp_path, CRITERIA_FILE))) == []


def test_criteria_json_carries_all_that_is_said_of_a_criterion(tmp_path: Path) -> None:
    """Expected, observed, advice, reason, evidence and points of each are in it, and the totals."""
    found = written(run_report(mixed()), tmp_path, CRITERIA_FILE)
    failed = next(outcome for outcome in found["outcomes"] if outcome["status"] == "FAIL")
    assert (failed["criterion"]["id"], failed["criterion"]["points"]) == ("NET-2", 6)
    assert (failed["expected"], failed["observed"]) == ("1 rule", "3 rules")
    assert failed["advice"].startswith("Remove two")
    assert next(o for o in found["outcomes"] if o["status"] == "BLOCKED")["reason"] == "NET-2 failed first."
    assert found["outcomes"][0]["evidence"] == ["evidence/NET-1.json"]
    assert (found["green"], found["points"], found["full_marks"], found["counts"]["PASS"]) == (False, 84, 96, 23)


BREAKAGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "no mode": lambda found: found.pop("mode"),
    "an unknown status": lambda found: found["outcomes"][0].update(status="GREEN"),
    "negative points": lambda found: found["outcomes"][0]["criterion"].update(points=-1),
    "no evidence": lambda found: found["outcomes"][0].pop("evidence"),
    "an ID that is none": lambda found: found["outcomes"][0]["criterion"].update(id="first"),
    "BLOCKED by nothing": lambda found: found["outcomes"][0].update(status="BLOCKED", reason=""),
    "a count too many": lambda found: found["counts"].update(WAIVED=1),
    "a time that is none": lambda found: found.update(started="yesterday"),
    "green as a word": lambda found: found.update(green="yes"),
}


@pytest.mark.parametrize("name", BREAKAGES)
def test_the_schema_refuses_what_is_no_report(name: str, tmp_path: Path) -> None:
    """A schema that accepts everything promises nothing."""
    found = written(run_report(passed()), tmp_path, CRITERIA_FILE)
    BREAKAGES[name](found)
    assert list(VALIDATOR.iter_errors(found)) != []


# results.json


def test_gradescope_gets_a_score_for_each_criterion_and_none_above_them(tmp_path: Path) -> None:
    """A score at the top would override their sum."""
    found = written(run_report(mixed()), tmp_path, RESULTS_FILE)
    assert "score" not in found
    assert [test["number"] for test in found["tests"]] == [criterion.id for criterion in RUBRIC]
    assert sum(test["score"] for test in found["tests"]) == 84
    assert sum(test["max_score"] for test in found["tests"]) == 96  # what was an ERROR takes no points away
    assert "4 not judged (ERROR)" in found["output"]
    assert {test["visibility"] for test in found["tests"]} == {"visible"}


def test_gradescope_shows_why_a_point_was_lost(tmp_path: Path) -> None:
    """Status, expected, observed and what to do are the test's output; only PASS is passed."""
    tests = {test["number"]: test for test in written(run_report(mixed()), tmp_path, RESULTS_FILE)["tests"]}
    assert tests["NET-2"]["output"].splitlines()[:3] == ["FAIL", "Expected: 1 rule", "Observed: 3 rules"]
    assert {number for number, test in tests.items() if test["status"] == "failed"} == {
        "NET-2",
        "NET-3",
        "LOAD-1",
        "CLEAN-6",
    }
    assert tests["NET-3"]["extra_data"]["status"] == "BLOCKED"
    assert tests["NET-1"]["extra_data"]["evidence"] == ["evidence/NET-1.json"]


def test_gradescope_is_told_of_the_mode_and_of_problems(tmp_path: Path) -> None:
    """An interrupted rehearsal does not look like a launch that went well."""
    found = written(run_report(passed(), problems=("the run was interrupted",)), tmp_path, RESULTS_FILE)
    assert found["output"] == "REHEARSAL, run run-1\nPROBLEM: the run was interrupted"


# cleanup.json


def test_the_cleanup_proof_has_every_entry_of_the_ledger(tmp_path: Path) -> None:
    """What was made and deleted and when, what stays, what was only meant, and what AWS said of it afterwards."""
    ledger = Ledger(tmp_path / "ledger.jsonl")
    ledger.open_with(account="1", region="eu-west-1", endpoint="")
    with ledger.creating("cluster", "c") as outputs:
        outputs["arn"] = "arn:aws:ecs:eu-west-1:1:cluster/c"
    with ledger.creating("execution role", "r"):
        pass
    with pytest.raises(RuntimeError), ledger.creating("service", "s"):
        raise RuntimeError("AWS said no")
    ledger.undo("cluster", lambda _: None, lambda _: "")
    found = written(run_report(mixed()), tmp_path, "cleanup.json")
    cluster, role, service = found["made"]
    assert (cluster["id"], cluster["criterion"], cluster["stays"]) == ("arn:aws:ecs:eu-west-1:1:cluster/c", "CLEAN-3", False)
    assert cluster["intended_at"] <= cluster["created_at"] <= cluster["deleted_at"]
    assert (role["stays"], role["deleted_at"]) == (True, "")
    assert (service["created_at"], service["deleted_at"]) == ("", "")
    assert found["afterwards"]["CLEAN-3"] == {"status": "PASS", "observed": "as it is", "reason": ""}
    assert set(found["afterwards"]) == {criterion.id for criterion in RUBRIC if criterion.step == 6}


# junit.xml

JUNIT = """<?xml version="1.0" encoding="utf-8"?><testsuites><testsuite tests="2">
<testcase name="a"><properties><property name="criterion" value="NET-1"/></properties>
<system-out>said</system-out></testcase>
<testcase name="b"/></testsuite></testsuites>"""


@pytest.mark.parametrize("name", ["evidence/1.json", *HOSTILE, "a\x1bb"])
def test_junit_names_the_evidence_of_a_criterion(name: str, tmp_path: Path) -> None:
    """CI servers collect it from system-out; what a test said before stays, and the file is XML whatever the name."""
    junit = tmp_path / "junit.xml"
    junit.write_text(JUNIT, encoding="utf-8")
    attach_evidence(junit, run_report([Outcome(BY_ID["NET-1"], Status.PASS, evidence=(name, "x.json"))]))
    first, second = ET.parse(junit).getroot().iter("testcase")  # noqa: S314 - this very test had it written
    lines = (first.findtext("system-out") or "").splitlines()
    assert lines == ["said", f"[[ATTACHMENT|{name}]]".replace("\x1b", "\\x1b"), "[[ATTACHMENT|x.json]]"]
    assert second.find("system-out") is None
