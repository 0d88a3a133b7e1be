"""What CI is shown: annotations, the job summary, ctrf.json and JUnit, each as its reader reads it, whatever they hold."""

import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from fixtures.report.ci import annotations, ctrf, summary, write_job_summary
from fixtures.report.files import attach_evidence
from fixtures.report.outcomes import RunReport, Status
from fixtures.wire.speech import line
from tests.unit.report.ci_forms import CTRF, Rendered, commands, junit_problems
from tests.unit.report.report_support import COMMAND, HOSTILE, mixed, passed, run_report
from tests.unit.wire.test_speech import HOSTILE as HOSTILE_IN_A_TERMINAL

MARKDOWN = {
    "a table": "| a | b |\n|---|---|\n| 1 | 2 |",
    "a cell": "x | y",
    "a link": "[click](https://example.com) <https://example.com> www.example.com a@example.com",
    "a picture": "![x](https://example.com/x.png)",
    "a heading": "\n\n# Launch Control: 27 of 27 criteria PASS\n\n",
    "the end of its paragraph": "</code></p>\n\n## PASS\n\n<p><code>",
    "code": "`` ` ```\n```html\n<h1>",
    "entities": "&lt;h1&gt; &#60;h1&#62; &amp;",
}
TEXTS = MARKDOWN | HOSTILE_IN_A_TERMINAL | {text: text for text in HOSTILE}


def holding(text: str) -> RunReport:
    """A red report with the text wherever one can come from outside."""
    outcomes = [
        replace(
            outcome,
            criterion=replace(outcome.criterion, text=text),
            expected=text,
            observed=text,
            advice=text,
            reason=text,
        )
        for outcome in mixed()
    ]
    return replace(
        run_report(outcomes, mode=text, problems=(text,)), region=text, run_id=text, facts={"Cost": text, text: text}
    )


# Annotations


def test_each_thing_that_is_red_is_annotated_with_its_help() -> None:
    """What is left behind comes first, a FAIL is an error, an ERROR a warning; what follows from them is none."""
    told = commands("\n".join(annotations(run_report(mixed(), problems=("cluster c is left behind. Remove it with: x",)))))
    assert [(kind, properties["title"]) for kind, properties, _ in told] == [
        ("error", "Not a criterion"),
        ("error", "NET-2 FAIL"),
        ("warning", "LOAD-1 ERROR"),
    ]
    assert told[0][2] == "cluster c is left behind. Remove it with: x"
    assert told[1][2].splitlines()[1:] == ["Expected: 1 rule", "Observed: 3 rules", f"To do: Remove two: `{COMMAND}`"]
    assert told[2][2].splitlines()[-1] == "Why: AWS throttled the suite."


def test_a_green_run_has_no_annotation() -> None:
    """Nothing is shown where nothing is to be done."""
    assert annotations(run_report(passed())) == []


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_an_annotation_is_the_only_command_of_its_line(text: str) -> None:
    """Whatever it holds: GitHub shows the text, and obeys nothing of it."""
    rows = annotations(holding(text))
    told = commands("\n".join(rows))
    assert [kind for kind, _, _ in told] == ["error", "error", "warning"]
    assert told[0][2] == line(text)
    assert all(row.isprintable() for row in rows)


def test_more_than_github_shows_is_counted() -> None:
    """It drops every error behind the tenth: the last one says how many there are."""
    red = [replace(outcome, status=Status.FAIL) for outcome in passed()]
    told = commands("\n".join(annotations(run_report(red))))
    assert len(told) == 10
    assert told[-1][2] == "18 more: all are in the job summary and the report"


# The job summary


def test_the_summary_says_verdict_steps_and_what_to_mend() -> None:
    """In the order in which they are asked for."""
    report = replace(run_report(mixed(), problems=("The run was interrupted.",)), facts={"Cost": "$0.0003"})
    text = Rendered(summary(report)).text
    places = [
        text.index(part)
        for part in (
            "❌ Launch Control: 23 of 27 criteria PASS, 84 of 96 points, 4 not judged",
            "REHEARSAL, run run-1",
            "1 Network security3 of 12NET-1, NET-2\xa0FAIL, NET-3\xa0BLOCKED",
            "1 problem beside the criteria",
            "The run was interrupted.",
            "What to mend",
            "NET-2\xa0FAIL The group",
            f"To do: Remove two: `{COMMAND}`",
            "LOAD-1\xa0ERROR Under load",
            "Cost: $0.0003",
        )
    ]
    assert places == sorted(places)
    assert "NET-3\xa0BLOCKED Nothing" not in text


def test_a_green_summary_has_nothing_to_mend() -> None:
    """It ends with the table."""
    text = Rendered(summary(run_report(passed()))).text
    assert "✅ Launch Control: 27 of 27 criteria PASS, 100 of 100 points" in text
    assert "mend" not in text
    assert "❌" not in text


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_no_text_is_markdown_or_html_in_the_summary(text: str) -> None:
    """It has the very elements that it has with a plain word, and shows the text as it is."""
    shown = Rendered(summary(holding(text)))
    assert shown.elements == Rendered(summary(holding("word"))).elements
    assert line(text, 500) in shown.text


def test_a_summary_of_the_worst_length_is_shown() -> None:
    """GitHub drops one of more than 1 MiB whole."""
    longest = holding("'" * 100_000)
    red = [replace(outcome, status=Status.FAIL) for outcome in longest.outcomes]
    text = summary(replace(longest, outcomes=tuple(red), problems=longest.problems * 1000))
    assert len(text.encode()) < 2**20
    assert "and 976 more: all are in criteria.json" in Rendered(text).text


def test_the_job_summary_is_written_anew_behind_what_was_there(tmp_path: Path) -> None:
    """A run that goes on replaces its own part, and nobody else's."""
    path = tmp_path / "summary"
    path.write_text("somebody's\n")
    begin = path.stat().st_size
    write_job_summary(path, begin, "a long beginning\n")
    write_job_summary(path, begin, "end\n")
    assert path.read_text() == "somebody's\nend\n"
    write_job_summary(tmp_path / "new", 0, "first\n")
    assert (tmp_path / "new").read_text() == "first\n"


# ctrf.json

VALIDATOR = jsonschema.Draft202012Validator(CTRF)


@pytest.mark.parametrize("report", [run_report(passed()), run_report(mixed()), run_report(()), holding("\ud800::x")])
def test_ctrf_keeps_its_schema(report: RunReport) -> None:
    """Green, red, empty or hostile; and its counts are those of its tests."""
    told = json.loads(json.dumps(ctrf(report)))
    assert list(VALIDATOR.iter_errors(told)) == []
    results = told["results"]
    counted = [sum(results["summary"][name] for name in ("passed", "failed", "skipped", "pending", "other"))]
    assert [len(results["tests"])] == counted == [results["summary"]["tests"]]


def test_ctrf_keeps_the_suites_own_words() -> None:
    """BLOCKED and NOT RUN did not run; an ERROR is nobody's failure."""
    tests: dict[str, dict[str, Any]] = {test["testId"]: test for test in ctrf(run_report(mixed()))["results"]["tests"]}
    found = {name: (tests[name]["status"], tests[name]["rawStatus"]) for name in ("NET-1", "NET-2", "NET-3", "LOAD-1")}
    assert found == {
        "NET-1": ("passed", "PASS"),
        "NET-2": ("failed", "FAIL"),
        "NET-3": ("skipped", "BLOCKED"),
        "LOAD-1": ("other", "ERROR"),
    }
    assert tests["CLEAN-6"]["status"] == "skipped"
    assert tests["NET-2"]["message"].splitlines()[1] == "Observed: 3 rules"


@pytest.mark.parametrize(
    "change", [{"status": "blocked"}, {"duration": 0.5}, {"name": ""}, {"suite": []}, {"criterion": "NET-1"}], ids=str
)
def test_the_schema_refuses_what_is_no_ctrf(change: dict[str, Any]) -> None:
    """A check that accepts everything proves nothing."""
    told = ctrf(run_report(passed()))
    told["results"]["tests"][0].update(change)
    assert list(VALIDATOR.iter_errors(told)) != []


# JUnit

PYTESTS = """<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest" errors="0"
failures="1" skipped="1" tests="2" time="0.083" timestamp="2026-11-29T13:58:35.037092+00:00" hostname="h">
<testcase classname="tests.a" name="test_a" time="0.01"><properties><property name="criterion" value="NET-1"/></properties>
<failure message="m">text</failure></testcase>
<testcase classname="tests.a" name="test_b" time="0.0"><skipped type="pytest.skip" message="m">x</skipped></testcase>
</testsuite></testsuites>"""


def test_junit_names_the_criterion_and_keeps_jenkins_schema(tmp_path: Path) -> None:
    """pytest's properties of a test case are in no schema: Jenkins' plugin refuses the file for one."""
    junit = tmp_path / "junit.xml"
    junit.write_text(PYTESTS, encoding="utf-8")
    assert junit_problems(ET.parse(junit).getroot()) == ["testcase has a properties"]  # noqa: S314 - it is written above
    attach_evidence(junit, run_report(mixed()))
    root = ET.parse(junit).getroot()  # noqa: S314 - the same
    assert junit_problems(root) == []
    assert [case.get("name") for case in root.iter("testcase")] == ["NET-1 test_a", "test_b"]
