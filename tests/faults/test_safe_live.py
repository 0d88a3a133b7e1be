"""What else makes a live run safe: its time limit, its fuse, its terminal, its neighbours, and what it costs."""

import json
import os
import pty
import signal

import pytest

from fixtures.evidence.timeline import TIMELINE_FILE, Kind, read_moments
from fixtures.wire.waiting import Waiter
from load import stress_test
from tests.faults.aws_faults import Fault
from tests.faults.calls import EVERYTHING_MADE
from tests.faults.matrix import Place, launch, sweep
from tests.faults.pages import tells_its_run
from tests.faults.suite import catch, stopped

SECONDS = 30.0
AT_THE_SERVICE = Fault("SIGSTOP", "ecs.CreateService", after=True)
"""There a run stops, until it gets SIGCONT."""
WHOLE = ("--load-seconds=1", "--steady=1")


@pytest.fixture
def place(tmp_path):
    """Where this test's runs write."""
    return Place(tmp_path)


def test_the_time_limit_stops_and_undoes_the_run(account, place):
    """It ends like Ctrl-C, and says which limit it was."""
    with launch(account, place, options=("--max-minutes=0.02",), selection="") as suite:
        ended = suite.wait()
    assert account.left_behind() == [], ended
    assert ended.code == pytest.ExitCode.INTERRUPTED, ended
    assert "stopped at its limit of 0.02 minutes (--max-minutes)" in ended.output


def test_the_fuse_ends_a_run_whose_machine_has_died(account, place):
    """AWS itself scales the service to zero; what is left then costs nothing, and is swept."""
    started = Fault("SIGKILL", "ecs.UpdateService", 1, 1, after=True)
    with launch(account, place, started, options=("--max-minutes=0.05",)) as suite:
        suite.wait()
    seen = Waiter().until("no task", lambda: tasks(account), lambda found: not found, SECONDS)
    assert seen == []
    described = account.ecs.describe_services(cluster="satellite-cluster", services=["satellite-service"])["services"][0]
    assert (described["status"], described["desiredCount"]) == ("ACTIVE", 0)
    assert sweep(account, place).code == 0
    assert account.left_behind() == []


def tasks(account):
    """The tasks of the run's cluster that have not stopped, or that are yet to come."""
    arns = account.ecs.list_tasks(cluster="satellite-cluster")["taskArns"]
    service = account.ecs.describe_services(cluster="satellite-cluster", services=["satellite-service"])["services"][0]
    return arns + ["one to come"] * service["desiredCount"]


def test_a_terminal_that_is_closed_leaves_nothing(account, place):
    """SIGHUP comes, and whoever writes to the terminal gets an error."""
    ours, theirs = pty.openpty()
    with launch(account, place, AT_THE_SERVICE, terminal=os.ttyname(theirs)) as suite:
        os.close(theirs)
        catch(suite, "its service", lambda: stopped(suite))
        os.close(ours)
        suite.signal(signal.SIGHUP)
        suite.signal(signal.SIGCONT)
        ended = suite.wait()
    assert account.left_behind() == [], ended
    assert ended.code == pytest.ExitCode.INTERRUPTED, ended


def test_two_runs_with_other_names_do_not_meet(account, tmp_path):
    """Both are whole, at the same time, in one account."""
    places = [Place(tmp_path / name) for name in ("one", "two")]
    options = [(f"--name-suffix={place.folder.name}", *WHOLE) for place in places]
    with (
        launch(account, places[0], options=options[0], selection="") as one,
        launch(account, places[1], options=options[1], selection="") as two,
    ):
        ended = [one.wait(), two.wait()]
    assert account.left_behind() == [], ended
    assert [each.code for each in ended] == [0, 0], ended
    assert ["27 PASS" in each.output for each in ended] == [True, True]


def test_of_two_runs_with_the_same_names_the_second_is_refused(account, tmp_path):
    """It says whose the names are, makes nothing, and the first does not notice."""
    places = [Place(tmp_path / name) for name in ("one", "two")]
    with launch(account, places[0], AT_THE_SERVICE, options=WHOLE, selection="") as one:
        catch(one, "its service", lambda: stopped(one))
        with launch(account, places[1]) as two:
            second = two.wait()
        one.signal(signal.SIGCONT)
        first = one.wait()
    assert account.left_behind() == [], (first, second)
    assert first.code == 0, first
    assert second.code == pytest.ExitCode.USAGE_ERROR, second
    assert "--name-suffix" in second.output
    assert [call for call in places[1].calls() if call.writes] == []


def test_a_namesake_that_was_a_moment_faster_is_left_alone(account, tmp_path):
    """Both have looked before either has made anything: whoever comes second stops, and touches nothing of the first's."""
    places = [Place(tmp_path / name) for name in ("one", "two")]
    with launch(account, places[0]) as one, launch(account, places[1]) as two:
        ended = [one.wait(), two.wait()]
    assert account.left_behind() == [], ended
    assert sorted(each.code for each in ended) in ([0, 1], [0, 4]), ended


def test_what_is_kept_is_told_with_its_price_and_swept(account, place, monkeypatch, capsys):
    """`--keep` leaves it up: what it costs, and the command that removes it, are said at the end."""
    with launch(account, place, options=("--keep",), selection="API-1") as suite:
        kept = suite.wait()
    assert kept.code == 0, kept
    (written,) = place.reports.glob("2*/endpoint.json")
    monkeypatch.setattr(stress_test, "ENDPOINT", written)
    assert stress_test.main(["http://192.0.2.1"]) == 2
    assert "is not the deployment under test (http://127." in capsys.readouterr().out  # the stress script still finds it
    assert "costs $0.0173 an hour" in kept.output
    assert "Remove it with: pytest --live --sweep --region us-east-1" in kept.output
    assert any("service satellite-cluster/satellite-service ACTIVE" in line for line in account.left_behind())
    listed = sweep(account, place, "--plan")
    assert listed.code == 1, listed
    assert "service satellite-service" in listed.output
    assert any("service satellite-cluster/satellite-service ACTIVE" in line for line in account.left_behind())
    assert sweep(account, place).code == 0
    assert account.left_behind() == []


def test_a_role_of_ones_own_leaves_iam_alone(account, place):
    """Learner Labs have a role and let nobody make one: IAM is not even read."""
    with launch(account, place, options=("--execution-role=satellite-role", *WHOLE), selection="") as suite:
        ended = suite.wait()
    assert account.left_behind() == [], ended
    assert ended.code == 0, ended
    assert [str(call) for call in place.calls() if call.operation.startswith("iam.")] == []
    outcome = place.outcomes()["TASK-5"]
    assert outcome["status"] == "NOT RUN"
    assert "cannot be judged" in outcome["reason"]
    assert {o["status"] for name, o in place.outcomes().items() if name != "TASK-5"} == {"PASS"}


def test_a_whole_run_keeps_no_task_idle_and_its_page_is_whole(account, place):
    """We pay for no idle task; each part of the page has this very run's content, and its top says that it was not AWS."""
    with launch(account, place, options=WHOLE, selection="") as suite:
        ended = suite.wait()
    assert ended.code == 0, ended
    assert while_idle(place) == []
    (bundle,) = place.reports.glob("2*")
    tells_its_run(bundle)
    aimed = f"<strong>LIVE at {account.variables['AWS_ENDPOINT_URL']}, which is not AWS</strong>"
    assert aimed in (bundle / "report.html").read_text()


def while_idle(place):
    """What was asked or waited for between the last look at the running task and UpdateService with desired count 0."""
    folder = next(path for path in place.reports.glob("*/evidence") if not path.parent.is_symlink())
    envelopes = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
    stop = next(
        i for i, e in enumerate(envelopes) if e["operation"] == "UpdateService" and e["parameters"].get("desiredCount") == 0
    )
    needed = max(
        i for i, e in enumerate(envelopes[:stop]) if (e["criterion"] or "")[:4] in ("LOAD", "LOG-", "API-", "RUN-", "NET-")
    )
    waits = [moment for moment in read_moments(folder.parent / TIMELINE_FILE) if moment.kind is Kind.WAIT]
    between = [wait.what for wait in waits if envelopes[needed]["at"] < wait.began < envelopes[stop]["at"]]
    return [each["operation"] for each in envelopes[needed + 1 : stop]] + between


def test_the_selection_makes_what_a_whole_run_makes(account, tmp_path):
    """The matrices judge few criteria, to be fast; what they make and unmake is everything."""
    places = [Place(tmp_path / name) for name in ("few", "all")]
    for place, selection in zip(places, (EVERYTHING_MADE, ""), strict=True):
        account.without_the_role()
        with launch(account, place, options=WHOLE, selection=selection) as suite:
            assert suite.wait().code == 0
    few, everything = (sorted(str(call) for call in place.calls() if call.writes) for place in places)
    assert few == everything
