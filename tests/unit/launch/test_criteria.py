"""Each assert of a criterion by itself: one thing is wrong, at the edge of what is right, and all else is right."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from fixtures.diagnosis.diagnosis import COURSE, Diagnosis
from fixtures.launch.address import Address, Probed
from fixtures.launch.contract import Contract
from fixtures.launch.endpoint import Exchange
from fixtures.report.gate import Claim
from fixtures.resources.logs import LogLine
from fixtures.resources.network import HTTP_FROM_ANYWHERE
from fixtures.settings.options import OPTIONS
from fixtures.settings.settings import read_settings
from fixtures.wire.waiting import Waiter
from load.load_test import LoadResult
from tests.acceptance import test_1_network_security as step_1
from tests.acceptance import test_2_task_definition as step_2
from tests.acceptance import test_3_service_launch as step_3
from tests.acceptance import test_4_verification as step_4
from tests.acceptance import test_5_load_testing as step_5
from tests.acceptance import test_6_cleanup as step_6
from tests.unit.launch.test_stays import TASK, Time, another

SETTINGS = read_settings({option.dest: option.default for option in OPTIONS}, {})
LOAD = LoadResult(100, 1, 100.0, SETTINGS.max_p95_ms, 9000.0, 20.0, 5.0, ("1 x POST /predict: HTTP 500",))


class Waiting(Time):
    """A run whose waits cost nothing; `looks` counts them."""

    def __init__(self):
        super().__init__(0)
        self.settings = SETTINGS
        self.recorder = SimpleNamespace(attach=lambda _: None)
        self.waiter = Waiter(clock=lambda: self.now, sleep=self.sleep)


def outcome(test, *given):
    """What a criterion says, and whether it passes."""
    said = Claim()
    try:
        test(*given, said)
    except AssertionError:
        return "FAIL", said
    return "PASS", said


NETWORK = {
    "as it should be": ({}, "PASS"),
    "another rule": ({"rules": [HTTP_FROM_ANYWHERE, HTTP_FROM_ANYWHERE]}, "FAIL"),
    "another group": ({"groups": ("sg-1", "sg-2")}, "FAIL"),
    "another interface": ({"users": ["eni-1", "eni-2"]}, "FAIL"),
    "an open port": ({"probed": Probed([22], [])}, "FAIL"),
    "a port that refuses": ({"probed": Probed([], [22])}, "PASS"),
}


@pytest.mark.parametrize(("changed", "status"), NETWORK.values(), ids=NETWORK)
def test_net_3(monkeypatch, changed, status):
    """Rules, groups, interfaces and ports are four questions."""
    seen = {"rules": [HTTP_FROM_ANYWHERE], "groups": ("sg-1",), "users": ["eni-1"], "probed": Probed([], [])} | changed
    monkeypatch.setattr(step_1, "ingress_rules", lambda *_: seen["rules"])
    monkeypatch.setattr(step_1, "interfaces_of", lambda *_: seen["users"])
    probe = SimpleNamespace(result=lambda: seen["probed"])
    address = Address("eni-1", "127.1.2.3", seen["groups"], "subnet-1", "vpc-1", probe)
    service = SimpleNamespace(subnet_ids=("subnet-1",), cluster="c", name="s")
    test = step_1.test_nothing_but_the_service_port_is_reachable
    assert outcome(test, None, SimpleNamespace(id="sg-1"), SimpleNamespace(service=service), address)[0] == status


SIZES = {
    "as it should be": ({}, "PASS"),
    "EC2 too": ({"compatibilities": ("EC2", "FARGATE")}, "PASS"),
    "EC2 alone": ({"compatibilities": ("EC2",)}, "FAIL"),
    "another network": ({"network_mode": "bridge"}, "FAIL"),
    "more CPU": ({"cpu": "512"}, "FAIL"),
    "more memory": ({"memory": "1024"}, "FAIL"),
}


@pytest.mark.parametrize(("changed", "status"), SIZES.values(), ids=SIZES)
def test_task_2(changed, status):
    """Fargate, its network and both sizes."""
    right = {"compatibilities": ("FARGATE",), "network_mode": "awsvpc", "cpu": "256", "memory": "512"}
    definition = SimpleNamespace(**right | changed)
    test = step_2.test_the_task_asks_for_the_smallest_fargate_size
    assert outcome(test, SETTINGS, definition)[0] == status


STEADY = {
    "as it should be": ({}, None, "PASS"),
    "a diagnosis": ({}, Diagnosis("a", "b", "c"), "FAIL"),
    "not steady": ({"steady": False}, None, "FAIL"),
    "on EC2": ({"launch_type": "EC2"}, None, "FAIL"),
    "two tasks": ({"desired": 2}, None, "FAIL"),
    "another definition": ({"task_definition_arn": "td:0"}, None, "FAIL"),
}


@pytest.mark.parametrize(("changed", "diagnosis", "status"), STEADY.values(), ids=STEADY)
def test_run_2(monkeypatch, changed, diagnosis, status):
    """Whatever the service's other fields say."""
    right = {"steady": True, "launch_type": "FARGATE", "desired": 1, "task_definition_arn": "td:1"}
    seen = SimpleNamespace(service=SimpleNamespace(**right | changed), diagnosis=diagnosis)
    monkeypatch.setattr(step_3, "look_again", lambda *_: seen)
    monkeypatch.setattr(step_3, "how_to_mend", lambda *_: "mend it")
    test = step_3.test_the_service_reaches_its_steady_state
    assert outcome(test, None, None, SimpleNamespace(arn="td:1"))[0] == status


def answered(status=200, text="", kind="application/json", method="GET"):
    """An answer of the application."""
    return Exchange(method, "http://127.0.0.1/x", status, kind, text, 0.1)


SHOWN = '{"paths": {"/predict": {"post": {}}}}'


@pytest.mark.parametrize(("answer", "status"), [(200, "PASS"), (201, "FAIL"), (404, "FAIL"), (0, "FAIL")])
def test_api_1(answer, status):
    """200, and nothing else."""
    given = (Waiting(), answered(answer), TASK, None, COURSE)
    assert outcome(step_4.test_the_root_answers, *given)[0] == status


DOCS = {
    "as they should be": (answered(text="<title>Swagger UI</title>"), SHOWN, "PASS", "200"),
    "ReDoc": (answered(text="<redoc>"), SHOWN, "PASS", "200"),
    "an error's page": (answered(404, "<title>Swagger UI</title> /predict"), SHOWN, "FAIL", "404"),
    "another page": (answered(text="<h1>Welcome</h1> /predict"), SHOWN, "FAIL", "200"),
    "without /predict": (answered(text="<title>Swagger UI</title>"), "{}", "FAIL", "not in it, but nothing"),
    "an error's page, and no document": (answered(404, "<title>Swagger UI</title>"), "{}", "FAIL", "404"),
    "another page, and no document": (answered(text="<h1>Welcome</h1>"), "{}", "FAIL", "200"),
}


@pytest.mark.parametrize(("docs", "document", "status", "said"), DOCS.values(), ids=DOCS)
def test_api_2(docs, document, status, said):
    """What keeps it from showing /predict is told of a page of documentation alone."""
    api = SimpleNamespace(get=lambda _: docs)
    found, claimed = outcome(step_4.test_the_documentation_is_served, api, answered(text=document), COURSE)
    assert found == status
    assert said in claimed.observed
    assert ("not in it" in claimed.observed) == ("not in it" in said)


CLASSIFIED = answered(text='{"label": "Forest"}', method="POST")
PREDICTIONS = {
    "as it should be": (CLASSIFIED, Contract(CLASSIFIED, "a.jpg", accuracy="1 of 1"), "PASS", "class 'Forest', at $.label"),
    "another tile is not": (CLASSIFIED, Contract(CLASSIFIED, "a.jpg", ("another tile",)), "FAIL", "another tile"),
    "a schema of one's own": (answered(text="{}"), Contract(answered(text="{}"), "a.jpg"), "PASS", "200"),
    "not 200, and no more known": (answered(201, '{"label": "Forest"}'), Contract(CLASSIFIED, "a.jpg"), "FAIL", "200"),
    "a refusal that names one": (
        answered(422, '{"label": "x"}'),
        Contract(answered(422, '{"label": "x"}'), "a.jpg", ("not 200",)),
        "FAIL",
        "not 200",
    ),
}


@pytest.mark.parametrize(("prediction", "contract", "status", "said"), PREDICTIONS.values(), ids=PREDICTIONS)
def test_api_3(prediction, contract, status, said):
    """A class is told where one was found, in an answer that is one."""
    given = (Waiting(), SETTINGS, prediction, contract, TASK, None, COURSE)
    found, claimed = outcome(step_4.test_a_satellite_image_is_classified, *given)
    assert found == status
    assert said in claimed.observed
    assert ("was found" in claimed.observed) == (contract.answer is CLASSIFIED)


REFUSED, PLAIN = answered(400, '{"detail": "no image"}', method="POST"), answered()
JUNK = {
    "as it should be": ([REFUSED], PLAIN, [TASK], CLASSIFIED, "PASS"),
    "everything is refused": ([REFUSED], PLAIN, [TASK], answered(400, "no"), "FAIL"),
    "the last is taken": ([REFUSED] * 3 + [CLASSIFIED], PLAIN, [TASK], CLASSIFIED, "FAIL"),
    **{
        f"saying {text}": ([answered(400, text)], PLAIN, [TASK], CLASSIFIED, "FAIL")
        for text in ("{}", "[]", "null", '""', '[{"msg": " "}]', '{"error": true, "code": 400}')
    },
    "in words": ([REFUSED, answered(400, '{"detail": [{"msg": "no image"}]}')], PLAIN, [TASK], CLASSIFIED, "PASS"),
    "without a reason": ([REFUSED, answered(400)], PLAIN, [TASK], CLASSIFIED, "FAIL"),
    "it answers no more": ([REFUSED], answered(0), [TASK], CLASSIFIED, "FAIL"),
    "as it did before": ([REFUSED], answered(307), [TASK], CLASSIFIED, "PASS"),
    "it fails afterwards": ([REFUSED], answered(404), [TASK], CLASSIFIED, "FAIL"),
    "another task": ([REFUSED], PLAIN, [another(5)], CLASSIFIED, "FAIL"),
    "two tasks": ([REFUSED], PLAIN, [another(5), TASK], CLASSIFIED, "FAIL"),
}


@pytest.mark.parametrize(("answers", "afterwards", "tasks", "prediction", "status"), JUNK.values(), ids=JUNK)
def test_api_4(monkeypatch, answers, afterwards, tasks, prediction, status):
    """Each piece of junk counts, and so does what is left of the service."""
    monkeypatch.setattr(step_4, "tasks_of", lambda *_: tasks)
    monkeypatch.setattr(step_4, "NO_IMAGES", tuple(("a", "b", b"c") for _ in answers))
    left = iter(answers)
    api = SimpleNamespace(post_file=lambda *_: next(left), get=lambda _: afterwards)
    given = (None, Waiting(), SimpleNamespace(service=None), TASK, None, api, answered(307), prediction, COURSE)
    found, claimed = outcome(step_4.test_what_is_not_an_image_is_refused, *given)
    assert found == status
    right = status == "PASS" or prediction is not CLASSIFIED
    assert claimed.observed.startswith(str(REFUSED)) == right  # else the cause comes first
    wordless = status == "FAIL" and answers[-1] not in (REFUSED, CLASSIFIED) and prediction is CLASSIFIED
    assert ("does not say why" in claimed.observed) == wordless


READY = "INFO:     Application startup complete."
STARTS = {
    "as it should be": (["INFO", READY], "PASS", "2 lines, of them 1 of a start:"),
    "two workers": ([READY, READY], "PASS", "2 lines, of them 2 of a start:"),
    "of no start": (["INFO"], "FAIL", "1 lines, of them 0 of a start:"),
    "nothing": ([], "FAIL", "nothing was written to it; other streams with lines: none"),
    "nothing, but elsewhere": ([], "FAIL", "nothing was written to it; other streams with lines: a, b"),
}


@pytest.mark.parametrize(("lines", "status", "said"), STARTS.values(), ids=STARTS)
def test_log_1(monkeypatch, lines, status, said):
    """Its own stream counts; where that is empty, the others are named."""
    elsewhere = [LogLine(stream, 1, READY) for stream in "bab"] if said.endswith("b") else []
    own = [LogLine("s", 1, line) for line in lines]
    monkeypatch.setattr(step_4, "read_lines", lambda *_, stream=None: own if stream else elsewhere)
    definition = SimpleNamespace(log_options={"awslogs-group": "g"}, log_stream=lambda _: "s")
    found, claimed = outcome(step_4.test_the_startup_is_in_the_log, None, Waiting(), definition, TASK)
    assert found == status
    assert claimed.observed.splitlines() == [said, *lines]


PROBE = f"POST /predict?probe={SETTINGS.run_id} 200"
OF_THE_LOAD = f"POST /predict?load={SETTINGS.run_id}.1 200"
TRACES = {
    "as it should be": ([("s", PROBE)], CLASSIFIED, "PASS", "the task has logged it"),
    "beside the load's": ([("s", OF_THE_LOAD), ("s", PROBE)], CLASSIFIED, "PASS", "the task has logged it"),
    "the load's alone": ([("s", OF_THE_LOAD)], CLASSIFIED, "FAIL", "no line has it"),
    "by another too": ([("s", PROBE), ("t", PROBE)], CLASSIFIED, "FAIL", "others have logged it"),
    "by another alone": ([("t", PROBE)], CLASSIFIED, "FAIL", "others have logged it"),
    "of a prediction that failed": ([("s", PROBE)], answered(500), "FAIL", "the task has logged it"),
}


@pytest.mark.parametrize(("lines", "prediction", "status", "said"), TRACES.values(), ids=TRACES)
def test_log_2(monkeypatch, lines, prediction, status, said):
    """The line is the suite's own prediction's, and its task's."""
    found = [LogLine(stream, 1, text) for stream, text in lines]
    monkeypatch.setattr(step_4, "read_lines", lambda *_: found)
    definition = SimpleNamespace(log_options={"awslogs-group": "g"}, log_stream=lambda _: "s")
    given = (None, Waiting(), definition, TASK, prediction, None)
    became, claimed = outcome(step_4.test_the_prediction_is_in_the_log, *given)
    assert became == status
    assert claimed.observed.startswith(said)


LIMITS = {
    "at both limits": (LOAD, "PASS", "p95 8000 ms, p99"),
    "one failure more": (replace(LOAD, failures=2), "FAIL", "2 of 100 failed (2.00%)"),
    "a little slower": (replace(LOAD, p95_ms=SETTINGS.max_p95_ms + 1), "FAIL", "p95 8001 ms"),
    "few requests": (replace(LOAD, requests=19, failures=0), "PASS", "p95 8000 ms (the slowest of 19)"),
    "twenty requests": (replace(LOAD, requests=20, failures=0, errors=()), "PASS", "requests/s; no errors"),
    "many reasons": (replace(LOAD, errors=("a", "b", "c", "d")), "PASS", "; a; b; c"),
}


@pytest.mark.parametrize(("load", "status", "said"), LIMITS.values(), ids=LIMITS)
def test_load_1(load, status, said):
    """At most, says the line of the rubric."""
    found, claimed = outcome(step_5.test_the_load_stays_within_its_limits, Waiting(), SETTINGS, load, COURSE)
    assert found == status
    assert said in claimed.observed
    assert "; d" not in claimed.observed
    assert ("the slowest of" in claimed.observed) == (load.requests < 20)


@pytest.mark.parametrize(
    ("logged", "told"),
    [
        (set(), "the load is not in the log at all"),
        ({1, 2, 3}, "the log has them all"),
        ({1, 2, 3, 4}, "the log has them all"),
        ({1, 2}, "the log stops at number 2"),
        ({1, 3}, "the log misses some in between"),
    ],
)
def test_what_the_log_has_of_the_load(logged, told):
    """Three requests were sent."""
    assert step_5.about_log(logged, 3) == told


LOGGED = {
    "all": (100, LOAD, "PASS", 1),
    "all but those that failed": (99, LOAD, "PASS", 2),
    "one fewer": (98, LOAD, "FAIL", 2),
    "none, and all failed": (0, replace(LOAD, failures=100), "FAIL", 2),
    "more than were sent": (101, LOAD, "FAIL", 1),
}


@pytest.mark.parametrize(("logged", "load", "status", "looks"), LOGGED.values(), ids=LOGGED)
def test_load_2(monkeypatch, logged, load, status, looks):
    """It is waited for no longer than until all are there."""
    run = Waiting()
    lines = [LogLine("s", number, f"load={SETTINGS.run_id}.{number}") for number in range(1, logged + 1)]
    monkeypatch.setattr(step_5, "read_lines", lambda *_: run.looks.append(1) or lines)
    monkeypatch.setattr(step_5, "keep_log_lines", lambda *_: None)
    definition = SimpleNamespace(log_options={"awslogs-group": "g"})
    assert outcome(step_5.test_the_spike_is_in_the_log, None, run, definition, load, None)[0] == status
    assert (len(run.looks) > 1) == (looks > 1)


DIED = replace(TASK, status="STOPPED", stopped="EssentialContainerExited; exit code 137")
SERVED = {
    "as it should be": ([TASK], 200, "PASS", 1),
    "another beside it": ([another(5), TASK], 200, "FAIL", 1),
    "one before it, which it replaced": ([TASK, another(-60)], 200, "PASS", 1),
    "as it answered before": ([TASK], 404, "PASS", 1),
    "no answer": ([TASK], 0, "FAIL", 2),
    "its end, which is known at once": ([DIED], 0, "FAIL", 1),
    "its end, and another that answers": ([another(5), DIED], 200, "FAIL", 1),
    "nothing": ([], 0, "FAIL", 2),
}


@pytest.mark.parametrize(("tasks", "answer", "status", "looks"), SERVED.values(), ids=SERVED)
def test_load_3(monkeypatch, tasks, answer, status, looks):
    """A task that answers is looked at once; one that does not is given the time that AWS takes to see its end."""
    run, api = Waiting(), SimpleNamespace(get=lambda _: SimpleNamespace(status=answer))
    monkeypatch.setattr(step_5, "tasks_since", lambda *_: run.looks.append(1) or tasks)
    monkeypatch.setattr(step_5, "last_words", lambda *_: ())
    given = (run, SimpleNamespace(service=None), TASK, None, api, answered(404), LOAD, COURSE)
    assert outcome(step_5.test_the_same_task_serves_the_whole_load, *given)[0] == status
    assert (len(run.looks) > 1) == (looks > 1)


def remembered(*entries):
    """A cleanup that remembers these."""
    return SimpleNamespace(of=lambda _: [SimpleNamespace(name=name, details=details) for name, details in entries])


def gone(name, status="INACTIVE"):
    """A service as AWS tells of it."""
    return SimpleNamespace(status=status, end=f"{name} {status}", delete_command=f"delete {name}")


ENDED = {
    "as it should be": ([gone("a"), gone("b")], [], "PASS", ""),
    "one left": ([gone("a"), gone("b", "ACTIVE")], [], "FAIL", "`delete b`"),
    "one left with its task": ([gone("a", "DRAINING")], ["arn:1:task/c/t"], "FAIL", "`delete a`"),
    "a task left": ([gone("a")], ["arn:1:task/c/t"], "FAIL", "`aws ecs stop-task --cluster c --task t`"),
}


@pytest.mark.parametrize(("services", "tasks", "status", "advice"), ENDED.values(), ids=ENDED)
def test_clean_1(monkeypatch, services, tasks, status, advice):
    """A task is billed without its service too, and what is gone is not deleted again."""
    left = iter(services)
    monkeypatch.setattr(step_6.service, "describe_service", lambda *_: next(left))
    monkeypatch.setattr(step_6, "tasks_still_billed", lambda *_: tasks)
    monkeypatch.setattr(step_6, "monthly", lambda _: "costs something")
    cleanup = remembered(*((each.end, {"cluster": "c"}) for each in services))
    found, claimed = outcome(step_6.test_the_service_is_gone, None, None, cleanup)
    assert (found, claimed.advice) == (status, advice)


def test_clean_2(monkeypatch):
    """Those that are ACTIVE are named, and no others."""
    told = {"1": "INACTIVE", "2": "ACTIVE"}
    revision = lambda _aws, arn, _: SimpleNamespace(family="f", revision=arn, status=told[arn])  # noqa: E731
    monkeypatch.setattr(step_6.task_definition, "describe_task_definition", revision)
    for arns, status in ((("1",), "PASS"), (("1", "2"), "FAIL")):
        cleanup = remembered(*(("f", {"arn": arn}) for arn in arns))
        found, claimed = outcome(step_6.test_every_revision_of_the_run_is_inactive, None, cleanup)
        assert found == status
        assert ("f:2`" in claimed.advice, "f:1`" in claimed.advice) == (status == "FAIL", False)


HELD = {
    "as it should be": ([], {}, "PASS"),
    "a group left": (["sg-1"], {}, "FAIL"),
    "an interface left": ([], {"eni-1": "its task"}, "FAIL"),
}


@pytest.mark.parametrize(("groups", "interfaces", "status"), HELD.values(), ids=HELD)
def test_clean_4(monkeypatch, groups, interfaces, status):
    """Only those groups that are there are told of."""
    monkeypatch.setattr(step_6.network, "describe_group", lambda _, group_id: group_id in groups)
    monkeypatch.setattr(step_6.network, "holders_of", lambda *_: interfaces)
    monkeypatch.setattr(step_6.network, "rules_that_name", lambda *_: {})
    cleanup = remembered(("sg", {"id": "sg-1"}), ("sg", {"id": "sg-2"}))
    found, claimed = outcome(step_6.test_the_security_group_is_gone, None, cleanup)
    assert found == status
    assert claimed.observed.startswith(f"groups: {', '.join(groups) or 'none'}; ")
