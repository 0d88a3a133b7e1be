"""Each broken deployment turns its criterion red with advice, and nothing else: the rest is PASS or BLOCKED by it."""

import json
from dataclasses import dataclass

import pytest

from tests.faults.suite import rehearsing

GOOD_APP = """
import logging, os, time
from fastapi import FastAPI, File, HTTPException, UploadFile
app = FastAPI()

@app.get("/")
def index():
    return {"name": "a classifier"}

@app.post("/predict")
def predict(file: UploadFile = File()):
    image = file.file.read()
    if image[:2] + image[-2:] != b"\\xff\\xd8\\xff\\xd9":
        raise HTTPException(400, "this is no image")
    return {"label": "desert", "confidence": 0.9}
"""


@dataclass(frozen=True)
class Fault:
    """A deployment with one thing wrong: by an application, or by a sabotage of what is provisioned."""

    name: str
    criterion: str
    help: str
    app: str = GOOD_APP
    sabotage: str = ""
    options: tuple[str, ...] = ()


FAULTS = (
    Fault("port", "TASK-3", "uvicorn listens on 0.0.0.0 port 8000", sabotage="listen_on_another_port"),
    Fault("crash", "RUN-2", "needs torch", app="import torch\n" + GOOD_APP),
    Fault(
        "slow",
        "LOAD-1",
        "p95",
        app=GOOD_APP.replace('    return {"label"', '    time.sleep(0.3)\n    return {"label"'),
        options=("--max-p95-ms", "200"),
    ),
    Fault("json", "API-3", "no class is found in it", app=GOOD_APP.replace('"label": "desert", ', "")),
    Fault("logs", "LOG-1", "stdout or stderr", app="import logging\nlogging.disable()\n" + GOOD_APP),
    Fault(
        "silent",
        "API-1",
        "no answer within 2 s",
        app=GOOD_APP
        + '\n\n@app.middleware("http")\nasync def never(request, call_next):\n    await __import__("asyncio").sleep(600)\n',
        options=("--answer-timeout", "2"),
    ),
    Fault("rules", "NET-2", "revoke-security-group-ingress", sabotage="open_a_second_port"),
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_turns_its_criterion_red_and_no_other(fault, stage, tmp_path):
    """The right criterion is FAIL and says what to do; every other one is PASS, or BLOCKED by it."""
    app = tmp_path / "api" / "app"
    app.mkdir(parents=True)
    (app / "main.py").write_text(fault.app)
    words = ["-p", "tests.faults.sabotage"] if fault.sabotage else []
    variables = stage.variables | {"LAUNCH_CONTROL_SABOTAGE": fault.sabotage}
    with rehearsing(tmp_path, f"--app={app.parent}", *fault.options, *words, **variables) as suite:
        ended = suite.wait()
    report = json.loads((tmp_path / "reports" / "latest" / "criteria.json").read_text())
    outcomes = {outcome["criterion"]["id"]: outcome for outcome in report["outcomes"]}
    red = outcomes.pop(fault.criterion)
    assert ended.code == pytest.ExitCode.TESTS_FAILED, ended
    assert red["status"] == "FAIL"
    assert fault.help in red["observed"] + red["advice"]
    noise = {name: o for name, o in outcomes.items() if (o["status"], o["reason"]) not in allowed(fault.criterion)}
    assert noise == {}


def allowed(criterion):
    """What the others may be."""
    return {("PASS", ""), ("BLOCKED", f"by {criterion}")}
