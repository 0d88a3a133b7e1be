"""Judges bundles that were changed at random, one after the other in one session: a plugin, `-p tests.faults.judging`.

FUZZ_CASES says how many there are, FUZZ_RESULT is the file for what became of them: how often each exit code came.
The bundle of --replay is the one that is changed.
"""

import json
import os
import shutil
import tempfile
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

SETTINGS = settings(
    deadline=None, derandomize=True, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)


def pytest_runtestloop(session):
    """In place of judging once. What raises here is a finding: pytest then ends with exit code 3."""
    from tests.faults.fuzzing import Scratch, changes  # noqa: PLC0415 - pytest has to load the suite first

    folder = Path(tempfile.mkdtemp())
    scratch, found = Scratch(session.config.option.replay, folder), Counter()
    judge, patch = _judge(session), pytest.MonkeyPatch()
    scratch.remember(patch)

    @settings(SETTINGS, max_examples=int(os.environ["FUZZ_CASES"]))
    @given(changes())
    def cases(chosen):
        try:
            scratch.apply(chosen)
            found[judge(scratch.folder, folder / f"{found.total()}")] += 1
        finally:
            scratch.restore()

    assert judge(scratch.folder, folder / "as it was") == 0
    cases()
    assert judge(scratch.folder, folder / "as it was again") == 0
    patch.undo()
    shutil.rmtree(folder)
    Path(os.environ["FUZZ_RESULT"]).write_text(json.dumps(found))
    return True


def _judge(session):
    """What judges a bundle and says with which exit code, with the clients of AWS that there are already."""
    from fixtures.ledger.ledger import Ledger  # noqa: PLC0415 - the same
    from fixtures.replay import session as replaying  # noqa: PLC0415 - the same
    from fixtures.replay.unpacking import InvalidError  # noqa: PLC0415 - the same
    from fixtures.report import session as reporting  # noqa: PLC0415 - the same
    from fixtures.report.gate import GATE  # noqa: PLC0415 - the same
    from fixtures.run import LEDGER, RUN, SETTINGS  # noqa: PLC0415 - the same

    stash, items = session.config.stash, list(session.items)
    player, known, asked = stash[replaying.REPLAY].player, stash[replaying.REPLAY].aws, stash[SETTINGS]
    player.watch = lambda _client: None  # it watches them already

    class Session:
        """boto3's, with the clients that there are."""

        def client(self, service, **_):
            names = {"application-autoscaling": "autoscaling", "service-quotas": "quotas"}
            return sts if service == "sts" else getattr(known, names.get(service, service))

        def get_credentials(self):
            return None

    sts = replaying.boto3.Session("replay", "replay", region_name="us-east-1").client("sts")
    type(player).watch(player, sts)
    replaying.boto3 = type("Boto3", (), {"Session": lambda *_, **__: Session()})

    def judge(bundle, folder):
        try:
            replay = replaying.prepared(bundle, folder)
            player.tape, player._bundle, player._seen = replay.player.tape, bundle, defaultdict(dict)
            player.troubles, player.facts, player.criterion = [], {}, None
            stash[replaying.REPLAY] = replay = replace(replay, player=player)
            _ = replay.aws
        except InvalidError:
            return 6
        stash[SETTINGS] = replaying.replayed(session.config, asked)
        stash[SETTINGS].bundle.mkdir(parents=True)
        stash[LEDGER] = Ledger(stash[SETTINGS].bundle / "ledger.jsonl")
        stash[RUN] = replaying._run(session.config, replay)
        gate = stash[GATE]
        gate.outcomes, gate.problems, gate._raised = {}, [], {}
        chosen = list(items)
        gate.keep_selected(chosen, replay.bundle.record.judged)
        for item, following in zip(chosen, [*chosen[1:], None], strict=True):
            item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
        reporting._write_files(session.config)
        end = replaying.pytest_sessionfinish(session)
        next(end)
        next(end, None)
        shutil.rmtree(folder)
        return int(session.exitstatus)

    return judge
