"""An instructor's rubric file weighs, rewords and drops criteria; a mistake in it is one clear message."""

from datetime import UTC, datetime

import pytest

from fixtures.report.outcomes import DROPPED, Outcome, RunReport, Status
from fixtures.report.rubric import RUBRIC
from fixtures.report.rubric_file import RubricError, read_rubric
from fixtures.report.terminal import rubric_table


def written(tmp_path, text, name="rubric.toml"):
    """A rubric file."""
    (tmp_path / name).write_text(text)
    return tmp_path / name


def test_without_a_file_the_rubric_is_the_suites():
    """All 27 criteria, 100 points."""
    assert read_rubric(None).criteria == RUBRIC


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("rubric.toml", '[NET-2]\npoints = 10\ntext = "Only HTTP."\n[LOAD-1]\ndrop = true\n'),
        ("rubric.json", '{"NET-2": {"points": 10, "text": "Only HTTP."}, "LOAD-1": {"drop": true}}'),
    ],
)
def test_toml_and_json_say_the_same(tmp_path, name, text):
    """What is not named stays as it is."""
    rubric = read_rubric(written(tmp_path, text, name))
    assert (rubric.by_id["NET-2"].points, rubric.by_id["NET-2"].text) == (10, "Only HTTP.")
    assert (rubric.dropped, rubric.by_id["LOAD-1"].points) == ({"LOAD-1"}, 0)
    assert [c for c in rubric.criteria if c.id not in ("NET-2", "LOAD-1")] == [
        c for c in RUBRIC if c.id not in ("NET-2", "LOAD-1")
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[NET-9]\npoints = 1", "there is no criterion NET-9; there are NET-1"),
        ("[NET-1]\npoints = -1", "points are -1; give a whole number from 0"),
        ("[NET-1]\npoints = 1.5", "points are 1.5"),
        ("[NET-1]\npoints = true", "points are True"),
        ("[NET-1]\nweight = 3", "it takes points, text and drop"),
        ("[NET-1]\ndrop = 1", "drop is 1; give true or false"),
        ('[NET-1]\ntext = " "', "give a sentence"),
        ("NET-1 = 3", "it takes points, text and drop"),
        ("[NET-1", "cannot be read as TOML"),
        ("\n".join(f"[{c.id}]\npoints = 0" for c in RUBRIC), "no criterion is worth a point"),
    ],
)
def test_a_mistake_is_one_message(tmp_path, text, told):
    """It names the file, the criterion and what to write."""
    with pytest.raises(RubricError, match=r"--rubric .*rubric\.toml") as error:
        read_rubric(written(tmp_path, text))
    assert told in str(error.value)


def test_a_file_that_is_missing_or_no_table_is_told(tmp_path):
    """And JSON is called JSON."""
    with pytest.raises(RubricError, match="cannot be read as TOML"):
        read_rubric(tmp_path / "nowhere.toml")
    with pytest.raises(RubricError, match="no table of criteria"):
        read_rubric(written(tmp_path, "[]", "rubric.json"))


def report(outcomes):
    """A report of these outcomes."""
    now = datetime.now(UTC)
    return RunReport("REHEARSAL", "r", "eu-west-1", "1", now, now, tuple(outcomes))


def test_what_is_dropped_neither_counts_nor_spoils(tmp_path):
    """The run is green without it, and the full marks are the file's; what is not judged for another reason is not green."""
    rubric = read_rubric(written(tmp_path, "[NET-2]\npoints = 10\n[LOAD-1]\ndrop = true\n"))
    outcomes = [
        Outcome(c, Status.NOT_RUN, reason=DROPPED) if c.id in rubric.dropped else Outcome(c, Status.PASS)
        for c in rubric.criteria
    ]
    assert report(outcomes).green
    assert "100 of 100 points" in rubric_table(report(outcomes), 200)[-1]
    assert not report([Outcome(o.criterion, Status.NOT_RUN, reason="x") if o.reason else o for o in outcomes]).green
