"""What a caller gets wrong is told in one message with exit code 4, before anything is made."""

import json
from pathlib import Path

import pytest

from fixtures.evidence.recorder import Recorder
from fixtures.settings.options import OPTIONS
from fixtures.settings.settings import SettingsError, read_settings
from fixtures.wire.clients import AwsError, connect
from tests.faults.suite import Suite

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Files and folders that cannot be used."""
    folder = tmp_path_factory.mktemp("bad")
    (folder / "text.jpg").write_text("This is no image.")
    (folder / "cut.jpg").write_bytes((ROOT / "fixtures/satellite/tiles/held_out/desert_04.jpg").read_bytes()[:300])
    (folder / "schema.txt").write_text("type: object")
    (folder / "schema.json").write_text(json.dumps({"type": "objekt"}))
    (folder / "list.json").write_text("[1]")
    (folder / "true.json").write_text("true")
    (folder / "number.json").write_text("3")
    return folder


BAD = [
    ({"region": "us-east-9"}, "no AWS region 'us-east-9'; did you mean us-east-2"),
    ({"region": "atlantis"}, "no AWS region 'atlantis'; regions with ECS"),
    ({"test_image": Path("nowhere.jpg")}, "--test-image nowhere.jpg does not exist"),
    ({"test_image": Path("text.jpg")}, "text.jpg is not a readable image"),
    ({"test_image": Path("cut.jpg")}, "cut.jpg is not a readable image"),
    ({"test_image": Path()}, "is not a readable image"),
    ({"predict_schema": Path("schema.txt")}, "schema.txt is not JSON"),
    ({"predict_schema": Path("schema.json")}, "schema.json is not a JSON Schema"),
    ({"predict_schema": Path("list.json")}, "list.json is not a JSON Schema"),
    ({"predict_schema": Path("true.json")}, "true.json is not a JSON Schema"),
    ({"predict_schema": Path("number.json")}, "number.json is not a JSON Schema"),
    ({"predict_schema": Path("nowhere.json")}, "nowhere.json does not exist"),
    ({"app": Path()}, "has no app/main.py; give the folder that holds app/main.py"),
    ({"app_python": Path("nowhere")}, "--app-python nowhere is no program"),
    ({"env_file": Path("nowhere")}, "--env-file nowhere cannot be read"),
    ({"env_file": Path("schema.txt")}, "is no NAME=VALUE"),
    ({"adopt": True, "env_file": Path("schema.txt")}, "--adopt makes nothing, so --env-file cannot go with it"),
    ({"initiative": Path("nowhere")}, "nowhere is not a folder; make it first: mkdir -p"),
    ({"name_suffix": "no spaces"}, "--name-suffix 'no spaces' does not fit AWS names"),
    ({"cluster": ""}, "--cluster '' is no name that AWS takes"),
    ({"service": "bad!name"}, "--service 'bad!name' is no name that AWS takes"),
    ({"max_p95_ms": float("nan")}, "--max-p95-ms is nan"),
    ({"steady": float("inf")}, "--steady is inf"),
    ({"max_minutes": 0.0}, "--max-minutes is 0.0; give a number above 0"),
    ({"max_minutes": 100000.0}, "--max-minutes is 100000; give at most 1440"),
    ({"max_cost": -1.0}, "--max-cost is -1.0; give a number above 0"),
    ({"expect_account": "my-account"}, "--expect-account 'my-account' is no account ID; give its 12 digits"),
    ({"execution_role": ""}, "--execution-role '' is no name that AWS takes"),
    ({"build": Path()}, "--build and --internet go with --docker NAME"),
    ({"internet": True}, "--build and --internet go with --docker NAME"),
    ({"docker": "api", "app_python": Path("nowhere")}, "leave out one or the other"),
    ({"docker": "api", "build": Path("nowhere")}, "--build nowhere has no Dockerfile"),
    ({"docker": "api", "adopt": True}, "--adopt makes nothing, so --docker cannot go with it"),
    ({"live": True, "docker": "api"}, "--app, --docker and --pace are for rehearsals"),
    ({"load_rate": -1.0}, "--load-rate is -1; give requests a second"),
    ({"load_workers": 0}, "--load-workers is 0; give a number above 0"),
    ({"sweep": True}, "--sweep and --keep are for --live"),
    ({"keep": True}, "--sweep and --keep are for --live"),
    ({"adopt": True, "plan": True, "keep": True, "live": True}, "--plan and --keep cannot go with it"),
    ({"adopt": True, "pace": "realistic"}, "--adopt makes nothing, so --pace cannot go with it"),
    ({"after_cleanup": True}, "--after-cleanup goes with --adopt"),
    ({"load_seconds": 0}, "--load-seconds is 0; give a number above 0"),
    ({"load_users": -1}, "--load-users is -1"),
    ({"cpu": 0}, "--cpu is 0"),
    ({"steady": -1.0}, "--steady is -1"),
    ({"max_failure_ratio": 1.5}, "--max-failure-ratio is 1.5; give a share between 0 and 1"),
    ({"live": True, "pace": "realistic", "region": "us-east-1"}, "--app, --docker and --pace are for rehearsals"),
    ({"live": True}, "no AWS region is set; give --region"),
]


@pytest.mark.parametrize(("given", "message"), BAD, ids=[message[:40] for _, message in BAD])
def test_a_bad_option_is_refused_with_its_reason(given, message, files, monkeypatch):
    """The message names the option, says what is wrong with it, and what to give instead."""
    monkeypatch.chdir(files)
    options = {option.dest: option.default for option in OPTIONS} | given
    with pytest.raises(SettingsError) as refused:
        read_settings(options, {})
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({}, "--adopt judges what is there: add --live for your AWS account, or start a rehearsal"),
        ({"AWS_ENDPOINT_URL": "https://ecs.us-east-1.amazonaws.com"}, "is not on this machine: only --live may reach it"),
    ],
    ids=["none", "AWS"],
)
def test_only_live_adopts_what_is_not_on_this_machine(environ, message, tmp_path):
    """An endpoint variable that a shell has kept does not let a rehearsal out."""
    options = {option.dest: option.default for option in OPTIONS} | {"adopt": True}
    with pytest.raises(AwsError, match=message):
        connect(read_settings(options, environ), Recorder(tmp_path), None)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--pace", "leisurely"], "invalid choice: 'leisurely'"),
        (["--load-users", "many"], "invalid int value: 'many'"),
        (["--region", "us-east-9"], "did you mean us-east-2"),
        (["--live", "--region", "us-east-1"], "no AWS credentials can be found"),
        (["-n", "2"], "the acceptance tests run in one process"),
        (["--reports", "pytest.ini"], "--reports pytest.ini cannot be written"),
    ],
    ids=["choice", "number", "region", "no credentials", "two processes", "reports at a file"],
)
def test_pytest_ends_with_a_usage_error_and_leaves_nothing(arguments, message, tmp_path):
    """Exit code 4, no traceback, and no report that could be taken for a success."""
    with Suite(["tests/acceptance", "-k", "NET-1", "--reports", str(tmp_path), *arguments], {}, tmp_path) as suite:
        ended = suite.wait()
    assert ended.code == pytest.ExitCode.USAGE_ERROR, ended
    assert message in ended.output
    assert "Traceback" not in ended.output
    assert not list(tmp_path.rglob("report.html"))
