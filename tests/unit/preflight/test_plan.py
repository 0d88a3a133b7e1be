"""What is about to be made is said before it is made, and refused where it may not be."""

from dataclasses import replace

import pytest

from fixtures.preflight import plan
from fixtures.preflight.plan import Refused, kept, prepare_to_spend
from fixtures.preflight.preflight import Finding, Level


@pytest.fixture
def spending(run, monkeypatch):
    """A run whose preflight finds nothing, with other settings if need be."""
    monkeypatch.setattr(plan, "examine", lambda _: ())
    return lambda **other: replace(run, settings=replace(run.settings, **other))


def test_a_live_plan_says_where_what_and_how_much(spending, capsys):
    """Names, size, limit and dollars, before anything is made."""
    prepare_to_spend(spending(live=True))
    said = capsys.readouterr().out
    for part in ("satellite-cluster-unit", "0.25 vCPU", "512 MiB", "30 minutes"):
        assert part in said
    assert "$0.0173 an hour, at most $0.0137" in said
    assert "by AWS itself, should this machine die" in said


def test_a_rehearsal_does_not_speak_of_money(spending, capsys):
    """It costs nothing."""
    prepare_to_spend(spending())
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"fuse": False}, "but not if this machine dies: --no-fuse"),
        ({"keep": True}, "All else is kept (--keep) until the fuse goes off"),
        ({"own_role": True}, "is used as it is; IAM is not touched"),
    ],
)
def test_the_plan_says_what_is_unusual(spending, capsys, other, said):
    """Whoever gave the option sees what it means."""
    prepare_to_spend(spending(live=True, **other))
    assert said in capsys.readouterr().out


def test_a_plan_above_max_cost_is_refused(spending):
    """With what would make it cheaper."""
    with pytest.raises(Refused, match=r"may cost \$0.0137, more than the \$0.01 of --max-cost\n.*--max-minutes"):
        prepare_to_spend(spending(max_cost=0.01))
    prepare_to_spend(spending(max_cost=0.014))


def test_what_only_a_task_needs_is_a_note_where_none_is_launched(spending, capsys, monkeypatch):
    """`-k NET-` needs no image; a group of that name is in its way all the same."""
    image, name = (Finding(Level.REFUSAL, subject, "it is not as it should be") for subject in ("image", "names"))
    monkeypatch.setattr(plan, "examine", lambda _: (image,))
    prepare_to_spend(spending(live=True), launching=False)
    assert "note     image: it is not as it should be" in capsys.readouterr().out
    with pytest.raises(Refused, match="refused  image"):
        prepare_to_spend(spending(live=True))
    monkeypatch.setattr(plan, "examine", lambda _: (image, name))
    with pytest.raises(Refused, match="1 thing to mend first\nrefused  names"):
        prepare_to_spend(spending(live=True), launching=False)


def test_what_is_kept_is_told_with_its_price_and_its_end(spending):
    """And the command that removes it, with the names it was given."""
    told = kept(spending(keep=True, name_suffix="mine"))
    assert "$0.0173 an hour until" in told
    assert "Remove it with: pytest --live --sweep --region us-east-1 --name-suffix mine" in told
    assert "until it is removed" in kept(spending(fuse=False))
