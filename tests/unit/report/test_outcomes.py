"""What the outcomes of a run come to: points, full marks, and whether it is green."""

from dataclasses import replace

import pytest

from fixtures.report.outcomes import DROPPED, Outcome, Status, complete
from fixtures.report.rubric import BY_ID, RUBRIC
from tests.unit.report.report_support import run_report

GREEN = tuple(Outcome(criterion, Status.PASS) for criterion in RUBRIC)
POINTS = sum(criterion.points for criterion in RUBRIC)


def but(name, status, **changes):
    """All PASS, but this one."""
    return tuple(replace(each, status=status, **changes) if each.criterion.id == name else each for each in GREEN)


ENDS = {
    "all PASS": (GREEN, POINTS, POINTS, "", True),
    "one FAIL": (but("NET-2", Status.FAIL), POINTS - 6, POINTS, "", False),
    "one BLOCKED": (but("NET-2", Status.BLOCKED), POINTS - 6, POINTS, "", False),
    "one NOT RUN": (but("NET-2", Status.NOT_RUN), POINTS - 6, POINTS, "", False),
    "one ERROR": (but("NET-2", Status.ERROR), POINTS - 6, POINTS - 6, "6 not judged", False),
    "one dropped": (but("NET-2", Status.NOT_RUN, reason=DROPPED), POINTS - 6, POINTS, "", True),
    "all dropped": (tuple(replace(each, status=Status.NOT_RUN, reason=DROPPED) for each in GREEN), 0, POINTS, "", False),
    "one missing": (GREEN[1:], POINTS - 3, POINTS - 3, "", False),
    "in another order": (GREEN[::-1], POINTS, POINTS, "", False),
}


@pytest.mark.parametrize(("outcomes", "points", "full_marks", "not_judged", "green"), ENDS.values(), ids=ENDS)
def test_points_are_of_what_passed_and_full_marks_of_what_was_judged(outcomes, points, full_marks, not_judged, green):
    """An ERROR takes none away and gives none; what a rubric drops is no reason to be red."""
    report = run_report(outcomes)
    assert (report.points, report.full_marks, report.not_judged, report.green) == (points, full_marks, not_judged, green)


def test_a_run_in_which_something_else_went_wrong_is_not_green():
    """Such as what it has left behind."""
    assert run_report(GREEN).green
    assert not replace(run_report(GREEN), problems=("a cluster is left",)).green


def test_each_status_is_counted():
    """Those that nothing has, too."""
    counts = run_report(but("RUN-1", Status.FAIL)).counts
    assert counts == {Status.PASS: 26, Status.FAIL: 1, Status.BLOCKED: 0, Status.NOT_RUN: 0, Status.ERROR: 0}


def test_there_is_one_outcome_for_each_line_of_the_rubric():
    """In its order, whatever was judged first; what was not judged is NOT RUN."""
    judged = [Outcome(BY_ID["RUN-1"], Status.FAIL), Outcome(BY_ID["NET-1"], Status.PASS)]
    found = complete(judged, "it ended before")
    assert [each.criterion for each in found] == [*RUBRIC]
    assert [(each.status, each.reason) for each in found if each not in judged] == [(Status.NOT_RUN, "it ended before")] * 25
    assert found[0] is judged[1]


def test_only_what_there_is_to_say_is_said():
    """Each text under its name."""
    assert Outcome(RUBRIC[0], Status.PASS).said == ()
    said = Outcome(RUBRIC[0], Status.FAIL, expected="a", observed="b", advice="d", reason="c").said
    assert said == (("Expected", "a"), ("Observed", "b"), ("Why", "c"), ("To do", "d"))


def test_what_was_not_measured_took_no_time():
    """A criterion that did not run has nothing to add to the whole."""
    assert Outcome(RUBRIC[0], Status.NOT_RUN).seconds == 0
