"""What CI makes of a real run: of a red one whose API orders it about, and of one that is killed."""

import json
import signal
import xml.etree.ElementTree as ET

import jsonschema
import pytest

from tests.faults.outspoken import API, ORDERS
from tests.faults.suite import catch, rehearsing
from tests.unit.report.ci_forms import CTRF, Rendered, commands, junit_problems

ELEMENTS = {"h2", "h3", "p", "code", "table", "thead", "tbody", "tr", "th", "td", "ul", "li", "b", "br"}


def on_github(folder, *words):
    """A rehearsal that has begun in a job of GitHub's, and the file of its summary."""
    summary = folder / "summary"
    return rehearsing(folder, *words, GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(summary)), summary


@pytest.fixture(scope="module")
def outspoken(tmp_path_factory):
    """A run with that API and those tags: how it ended, its summary as it is shown, and its bundle."""
    folder = tmp_path_factory.mktemp("outspoken")
    (folder / "api" / "app").mkdir(parents=True)
    (folder / "api" / "app" / "main.py").write_text(API, encoding="utf-8")
    suite, summary = on_github(folder, "-p", "tests.faults.outspoken", f"--app={folder / 'api'}")
    with suite:
        ended = suite.wait()
    return ended, Rendered(summary.read_text(encoding="utf-8")), (folder / "reports" / "latest").resolve()


def test_the_orders_came_through_the_run(outspoken):
    """They are in the log, in an answer, in a tag and on the terminal: what is not obeyed has been disarmed."""
    ended, _, bundle = outspoken
    log = (bundle / "logs" / "service.log").read_text(encoding="utf-8")
    tagged = next((bundle / "evidence").glob("*CreateSecurityGroup.json")).read_text(encoding="utf-8")
    answer = next((bundle / "evidence").glob("*http-GET.json")).read_text(encoding="utf-8")
    for order in ORDERS:
        assert order.strip() in log, log
        assert order in tagged
        assert order in answer
    assert "set-output" in ended.output


def test_github_obeys_the_suite_alone(outspoken):
    """Every command in its whole output is an annotation of a criterion that is red; the API is one of them."""
    ended, _, bundle = outspoken
    told = json.loads((bundle / "criteria.json").read_text(encoding="utf-8"))["outcomes"]
    red = {f"{each['criterion']['id']} FAIL" for each in told if each["status"] == "FAIL"}
    found = commands(ended.output)
    assert "API-1 FAIL" in red
    assert {kind for kind, _, _ in found} == {"error"}, ended
    assert {properties["title"] for _, properties, _ in found} == red


def test_the_summary_has_the_suites_elements_alone(outspoken):
    """No link, no picture, no heading of theirs."""
    _, shown, _ = outspoken
    assert {element.strip("</>").split(" ")[0] for element in shown.elements} <= ELEMENTS
    assert sum(element.startswith("<h2") for element in shown.elements) == 1
    assert "API-1\xa0FAIL GET" in shown.text
    assert "::set-output name=verdict" in shown.text.replace(": :", "::")


def test_what_other_ci_reads_keeps_its_schema(outspoken):
    """JUnit for Jenkins and GitLab, CTRF for whoever reads that."""
    *_, bundle = outspoken
    assert junit_problems(ET.parse(bundle / "junit.xml").getroot()) == []  # noqa: S314 - the suite has written it
    jsonschema.validate(json.loads((bundle / "ctrf.json").read_text(encoding="utf-8")), CTRF)


def test_a_killed_run_leaves_a_summary_that_is_no_verdict(small_api, tmp_path):
    """GitHub shows what is in the file when the step is gone: that the run had not ended, and how to clean up."""
    suite, summary = on_github(tmp_path, f"--app={small_api}")
    with suite:
        catch(suite, "a summary", summary.is_file)
        suite.signal(signal.SIGKILL)
        ended = suite.wait()
    text = Rendered(summary.read_text(encoding="utf-8")).text
    assert "This run has not ended" in text, ended
    assert "pytest --live --sweep" in text
    assert commands(ended.output) == []
