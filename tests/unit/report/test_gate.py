"""The criterion gate: one test, one line of the rubric, and an outcome that blames the right thing."""

import json
from types import SimpleNamespace

import pytest

from fixtures.report.gate import put_in_order
from fixtures.report.outcomes import OPTIONAL
from fixtures.report.rubric import BY_ID, RIDES_ALONG, RUBRIC
from tests.unit.report.nested import pytest_in

CONFTEST = """
import json
from pathlib import Path
import pytest
from fixtures.evidence.recorder import Recorder
from fixtures.report.gate import CriterionGate, put_in_order, require_criteria

pytest_plugins = ["fixtures.report.gate"]
gate = CriterionGate(Recorder(Path("evidence")))

def pytest_configure(config):
    config.addinivalue_line("markers", "criterion(id): the criterion")
    config.pluginmanager.register(gate)

def pytest_collection_modifyitems(items):
    require_criteria(items)
    put_in_order(items)

def pytest_unconfigure():
    found = {o.criterion.id: [o.status, o.reason, o.expected, o.observed, o.advice] for o in gate.outcomes.values()}
    Path("outcomes.json").write_text(json.dumps({"outcomes": found, "problems": gate.problems}))
"""
HEADER = """
import pytest
from botocore.exceptions import ClientError

def refusal(code):
    return ClientError({"Error": {"Code": code, "Message": "AWS says no"}}, "CreateService")
"""


def proof(criterion, body, arguments="claim"):
    """An acceptance test of a criterion, with the rubric's line as its docstring."""
    name = criterion.lower().replace("-", "_")
    text = BY_ID[criterion].text
    return f'\n@pytest.mark.criterion("{criterion}")\ndef test_{name}({arguments}):\n    """{text}"""\n    {body}\n'


def run(folder, *pieces, options=()):
    """A nested pytest over acceptance tests made of the pieces."""
    (folder / "acceptance").mkdir()
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "acceptance" / "test_it.py").write_text(HEADER + "".join(pieces))
    return pytest_in(folder, "-q", *options)


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """One run with every kind of end, and its outcomes by criterion."""
    folder = tmp_path_factory.mktemp("gate")
    said = 'claim(expected="1 rule", observed="2 rules", advice="remove one")'
    finished = run(
        folder,
        '\n@pytest.fixture(scope="session")\ndef launch():\n    raise refusal("AccessDeniedException")\n',
        '\n@pytest.fixture(scope="session")\ndef stack():\n    yield\n    raise RuntimeError("a group is left behind")\n',
        proof("CLEAN-5", 'pytest.skip("this run made no log group")'),
        proof("CLEAN-2", f"{said}\n    assert 2 == 1"),
        proof("LOG-1", "assert 1 == 2", "launch"),
        proof("API-1", "assert 1 == 2"),
        proof("RUN-2", "assert 1 == 2"),
        proof("RUN-1", 'raise refusal("InvalidParameterException")'),
        proof("TASK-2", 'raise refusal("ThrottlingException")'),
        proof("TASK-1", "assert 1 == 1", "stack"),
        proof("NET-2", f"{said}\n    assert 2 == 1"),
        proof("NET-1", f"{said}\n    assert 1 == 1"),
        proof("TASK-5", "assert 1 == 1", "launch"),
        proof("TASK-4", "assert 1 == 1", "launch"),
        options=("-rA",),
    )
    found = json.loads((folder / "outcomes.json").read_text())
    return finished.output, found["outcomes"], found["problems"]


@pytest.mark.parametrize(
    ("criterion", "status", "reason"),
    [
        ("NET-1", "PASS", ""),
        ("NET-2", "FAIL", ""),
        ("TASK-1", "PASS", ""),
        ("RUN-1", "FAIL", ""),
        ("TASK-2", "ERROR", "AWS still refuses CreateService after several tries"),
        ("TASK-4", "ERROR", "you may not do CreateService (AWS: An error occurred (AccessDenied"),
        ("TASK-5", "BLOCKED", "by TASK-4"),
        ("RUN-2", "BLOCKED", "by TASK-4"),
        ("API-1", "BLOCKED", "by NET-2"),
        ("LOG-1", "BLOCKED", "by TASK-4"),
        ("CLEAN-5", "NOT RUN", "this run made no log group"),
        ("CLEAN-2", "NOT RUN", OPTIONAL),
    ],
)
def test_an_end_becomes_the_right_status(judged, criterion, status, reason):
    """The deployment's fault is FAIL, somebody else's ERROR, a consequence BLOCKED by its cause."""
    _, outcomes, _ = judged
    assert outcomes[criterion][0] == status
    assert outcomes[criterion][1].startswith(reason)


def test_a_failed_criterion_is_told_in_its_own_words(judged):
    """Expected, observed, what to do: no traceback."""
    output, outcomes, _ = judged
    assert outcomes["NET-2"][2:] == ["1 rule", "2 rules", "remove one"]
    assert "NET-2 FAIL: The group has exactly one ingress rule" in output
    assert "observed: 2 rules" in output
    assert "assert 2 == 1" not in output


def test_what_is_worth_nothing_is_noted_with_its_advice(judged):
    """It is not red, and still tells what to do."""
    output, outcomes, _ = judged
    assert outcomes["CLEAN-2"][2:] == ["1 rule", "2 rules", "remove one"]
    assert "CLEAN-2 FAIL" not in output


def test_what_passes_keeps_what_was_observed(judged):
    """A grader sees the facts behind a PASS as well."""
    _, outcomes, _ = judged
    assert outcomes["NET-1"][2:4] == ["1 rule", "2 rules"]


def test_a_failed_finalizer_is_a_problem_of_the_run(judged):
    """It belongs to no criterion, and must not get lost."""
    _, _, problems = judged
    assert problems == ["a group is left behind"]


@pytest.mark.parametrize(
    ("pieces", "message"),
    [
        (["\ndef test_x():\n    pass\n"], "mark it with the criterion it proves"),
        ([proof("NET-1", "pass"), proof("NET-1", "pass").replace("test_net_1", "test_again")], "NET-1 is already proved by"),
        ([proof("NET-1", "pass").replace("NET-1", "NET-9")], "the rubric has no criterion 'NET-9'"),
        ([proof("NET-1", "pass").replace("security group", "firewall")], "its docstring must begin with the rubric's line"),
    ],
    ids=["no criterion", "twice", "unknown", "other words"],
)
def test_a_test_that_proves_no_line_of_the_rubric_is_refused(tmp_path, pieces, message):
    """Neither a criterion without a test of its own, nor a test beside the rubric."""
    finished = run(tmp_path, *pieces)
    assert finished.code == pytest.ExitCode.USAGE_ERROR
    assert message in finished.output


def test_what_only_rides_along_is_not_judged_alone(tmp_path):
    """`-k NET` must make nothing that costs."""
    assert RIDES_ALONG == "NET-3"
    run(tmp_path, proof("NET-3", "assert 1 == 2"), proof("NET-1", "pass"))
    outcomes = json.loads((tmp_path / "outcomes.json").read_text())["outcomes"]
    assert outcomes["NET-3"][:2] == [
        "NOT RUN",
        "it probes the running task, and nothing else that was selected launches one",
    ]


def test_a_file_that_cannot_be_collected_is_a_problem_of_the_run(tmp_path):
    """What its tests would have said is not known, so the run is not green; the sentences can be read by anybody."""
    run(tmp_path, "\nimport nothing_of_that_name\n", proof("NET-1", "pass"))
    found = json.loads((tmp_path / "outcomes.json").read_text())
    assert found["outcomes"] == {}
    assert found["problems"] == [
        "acceptance/test_it.py could not be collected",
        "the run was interrupted: 1 error during collection",
    ]


def test_the_rubric_is_whole():
    """27 criteria in six steps, 100 points, and no need that does not exist."""
    assert len(BY_ID) == len(RUBRIC) == 27
    assert sorted({criterion.step for criterion in RUBRIC}) == [1, 2, 3, 4, 5, 6]
    assert sum(criterion.points for criterion in RUBRIC) == 100
    assert {need for criterion in RUBRIC for need in criterion.needs} <= BY_ID.keys()


@pytest.fixture
def order():
    """The IDs of all criteria in the order in which they are judged."""
    marker = lambda criterion: SimpleNamespace(args=[criterion.id])  # noqa: E731 - it is made for each
    items = [SimpleNamespace(get_closest_marker=lambda _, c=criterion: marker(c)) for criterion in RUBRIC]
    put_in_order(items)
    return [item.get_closest_marker("criterion").args[0] for item in items]


def test_each_criterion_is_judged_after_all_that_it_needs(order):
    """Only then can it be told what blocks it."""
    assert sorted(order) == sorted(BY_ID)
    late = [(c.id, need) for c in RUBRIC for need in c.needs if order.index(need) > order.index(c.id)]
    assert late == []


def test_what_has_to_wait_is_judged_when_its_time_has_passed(order):
    """The task grows old, and the log's lines arrive, beside what is judged meanwhile; the deployment is still there."""
    begin, end = order.index("LOAD-1"), order.index("CLEAN-1")
    assert order[begin + 1 : end] == ["RUN-3", "LOG-2", "LOAD-2"]
