"""Ways to tamper with a bundle, as data: what is done to it, and what a replay then says of it."""

import csv
import json
import re
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from fixtures.evidence.manifest import MANIFEST, write_manifest
from fixtures.evidence.stored import read_evidence
from fixtures.report.files import criteria, gradescope
from fixtures.report.outcomes import Outcome, RunReport, Status
from fixtures.report.rubric import Criterion
from load.load_test import history, read_samples, summarize


@dataclass(frozen=True)
class Tampering:
    """One way. `verdict` is INVALID or DISAGREES, with words that `told` has; AGREES where it cannot be found."""

    name: str
    change: Callable[[Path], None]
    verdict: str
    told: str
    rehash: bool = True
    bundle: str = "green"
    options: tuple[str, ...] = ()

    def apply(self, folder: Path) -> None:
        """Do it, and cover it up with a new manifest."""
        self.change(folder)
        if self.rehash:
            write_manifest(folder)


def edit(name, change):
    """Change a JSON file of the bundle; `name` may be a pattern, of which the first file counts."""

    def changed(folder):
        path = sorted(folder.glob(name))[0]
        value = json.loads(path.read_text())
        change(value)
        path.write_text(json.dumps(value))

    return changed


def edit_evidence(criterion, operation, change, which=0):
    """Change one envelope of a criterion."""

    def changed(folder):
        path = find(folder, criterion, operation)[which]
        value = json.loads(path.read_text())
        change(value)
        path.write_text(json.dumps(value))

    return changed


def find(folder, criterion, operation):
    """The envelopes of a criterion's operation, in order."""
    found = [(path, json.loads(path.read_text())) for path in sorted((folder / "evidence").glob("*.json"))]
    return [path for path, each in found if (each["criterion"], each["operation"]) == (criterion, operation)]


def outcome(criterion, **changes):
    """Change what criteria.json says of a criterion."""
    return edit("criteria.json", lambda told: _of(told, criterion).update(changes))


def _of(told, criterion):
    return next(each for each in told["outcomes"] if each["criterion"]["id"] == criterion)


def replace_text(name, old, new):
    """Replace a text in one file."""

    def changed(folder):
        path = sorted(folder.glob(name))[0]
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    return changed


def both(*changes):
    """Several changes, one after the other."""
    return lambda folder: [change(folder) for change in changes] and None


def append(name, text):
    """Add to a file, or make it."""

    def changed(folder):
        with (folder / name).open("a") as file:
            file.write(text)

    return changed


def drop(name):
    """Delete a file; of a pattern, the first."""
    return lambda folder: sorted(folder.glob(name))[0].unlink()


def drop_evidence(criterion, operation):
    """Delete an envelope."""
    return lambda folder: find(folder, criterion, operation)[0].unlink()


def renumber(folder):
    """Close the gaps in the numbers of the evidence."""
    for number, each in enumerate(read_evidence(folder / "evidence"), start=1):
        path = folder / "evidence" / each.file
        value = json.loads(path.read_text()) | {"number": number}
        path.unlink()
        (folder / "evidence" / replace(each, number=number).file_name).write_text(json.dumps(value))


def link(folder):
    """Put a link in a file's place, to the same content."""
    path = folder / "cost.json"
    shutil.move(path, folder.parent / "elsewhere.json")
    path.symlink_to(folder.parent / "elsewhere.json")


def same_request_id(folder):
    """Give two answers one request ID."""
    first, second = (
        find(folder, "NET-1", "DescribeSecurityGroups")[0],
        find(folder, "NET-2", "DescribeSecurityGroupRules")[0],
    )
    name = json.loads(first.read_text())["request_id"]
    second.write_text(json.dumps(json.loads(second.read_text()) | {"request_id": name}))


def shorten_load(levels):
    """Cut the list of requests by half; cover it up in load.json, and in the evidence too."""

    def changed(folder):
        path = folder / "load" / "requests.csv"
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join(lines[: len(lines) // 2]))
        samples = read_samples(path)
        result = asdict(summarize(samples))
        if levels > 0:
            edit("load/load.json", lambda told: told.update(result=result, history=history(samples)))(folder)
        if levels > 1:
            edit_evidence("LOAD-3", "run", lambda told: told.update(response=result))(folder)

    return changed


def faster(folder):
    """Make every request of the load fast."""
    path = folder / "load" / "requests.csv"
    rows = list(csv.reader(path.read_text().splitlines()))
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([rows[0], *([row[0], row[1], "1.000", *row[3:]] for row in rows[1:])])


def everywhere(old_of, new):
    """Replace a text in every file that is one."""

    def changed(folder):
        old = old_of(folder)
        for path in folder.rglob("*"):
            if path.is_file() and path.suffix in (".json", ".csv", ".log", ".xml", ".html", ".jsonl"):
                path.write_text(path.read_text().replace(old, new))

    return changed


def swap_times(folder):
    """Let the first and the last answer change places."""
    first, *_, last = sorted((folder / "evidence").glob("*.json"))
    values = [json.loads(path.read_text()) for path in (first, last)]
    values[0]["at"], values[1]["at"] = values[1]["at"], values[0]["at"]
    for path, value in zip((first, last), values, strict=True):
        path.write_text(json.dumps(value))


def later(folder):
    """Move every time of the run a hundred years on."""
    for path in [*folder.glob("*.json"), *folder.glob("evidence/*.json")]:
        path.write_text(re.sub(r"\b20(\d\d-\d\d-\d\dT)", r"21\1", path.read_text()))


def nothing_judged(folder):
    """Make as if no criterion had been selected."""
    edit("run.json", lambda told: told.update(judged=[]))(folder)

    def unjudged(told):
        for each in told["outcomes"]:
            each.update(status="NOT RUN", reason="not selected", expected="", observed="", advice="", evidence=[])

    edit("criteria.json", unjudged)(folder)
    add_up(folder)


def loosened(name, value, old, new):
    """Loosen a limit, and say so wherever it is said."""

    def changed(folder):
        edit("run.json", lambda told: told["settings"].update({name: value}))(folder)
        path = folder / "criteria.json"
        path.write_text(path.read_text().replace(old, new))
        add_up(folder)

    return changed


def add_up(folder):
    """Let totals and results follow from the criteria again, as the suite would have them."""
    told = json.loads((folder / "criteria.json").read_text())
    outcomes = [
        Outcome(
            Criterion(**each["criterion"]),
            Status(each["status"]),
            **{n: each[n] for n in ("expected", "observed", "advice", "reason", "seconds")},
            evidence=tuple(each["evidence"]),
        )
        for each in told["outcomes"]
    ]
    moments = {name: datetime.fromisoformat(told[name]) for name in ("started", "ended")}
    rest = {name: told[name] for name in ("mode", "run_id", "region", "account", "facts", "redacted", "nonce")}
    report = RunReport(outcomes=tuple(outcomes), problems=tuple(told["problems"]), **moments, **rest)
    for name, content in (("criteria.json", criteria(report)), ("results.json", gradescope(report))):
        (folder / name).write_text(json.dumps(content, default=str))


def unasked(folder):
    """Add an answer to what no criterion asks."""
    last = read_evidence(folder / "evidence")[-1]
    value = json.loads(find(folder, "NET-1", "DescribeSecurityGroups")[0].read_text())
    value |= {"number": last.number + 1, "at": last.moments[-1].at.isoformat(), "request_id": "another", "again": []}
    value["parameters"] = {"GroupIds": ["sg-other"]}
    (folder / "evidence" / f"{last.number + 1:04d}-ec2-DescribeSecurityGroups.json").write_text(json.dumps(value))


def hide_the_failure(folder):
    """Make as if the failing criterion had not been selected."""
    edit("run.json", lambda told: told["judged"].remove("NET-2"))(folder)
    outcome("NET-2", status="NOT RUN", reason="not selected by the command line", expected="", observed="", advice="")(
        folder
    )


def remove_second_rule(folder):
    """Take the second rule out of the answer, as if it had never been there."""
    edit_evidence("NET-2", "DescribeSecurityGroupRules", _keep_port_80)(folder)


def _keep_port_80(told):
    rules = told["response"]["SecurityGroupRules"]
    told["response"]["SecurityGroupRules"] = [rule for rule in rules if rule["IsEgress"] or rule["FromPort"] == 80]


def _set(*path, value):
    """A change of one field deep in JSON."""

    def change(told):
        for key in path[:-1]:
            told = told[key]
        told[path[-1]] = value

    return change


def _other_task(told):
    text = json.dumps(told["response"])
    arn = told["response"].get("taskArns", [None])[0] or told["response"]["tasks"][0]["taskArn"]
    told["response"] = json.loads(text.replace(arn.split("/")[-1], "0" * 8 + arn.split("/")[-1][8:]))


def _other_task_asked(told):
    _other_task(told)
    arn = told["parameters"]["tasks"][0]
    told["parameters"]["tasks"] = [arn.replace(arn.split("/")[-1], "0" * 8 + arn.split("/")[-1][8:])]


def _another_stream(told):
    for event in told["response"]["events"]:
        event["logStreamName"] = "ecs/satellite-api/00000000000000000000000000000000"


def _first_group(folder):
    return json.loads(find(folder, "NET-1", "CreateSecurityGroup")[0].read_text())["response"]["GroupId"]


def stray_bulk(folder):
    """Add bulk that no envelope refers to."""
    (folder / "evidence" / "bulk").mkdir(exist_ok=True)
    (folder / "evidence" / "bulk" / "stray.json.gz").write_bytes(b"")


BROKEN = (
    Tampering("flip an outcome", outcome("NET-1", status="FAIL"), "INVALID", "criteria.json was changed", rehash=False),
    Tampering(
        "edit a response",
        edit_evidence("NET-2", "DescribeSecurityGroupRules", _set("status", value=201)),
        "INVALID",
        "was changed",
        rehash=False,
    ),
    Tampering("drop a file", drop("evidence/0005*"), "INVALID", "evidence/0005", rehash=False),
    Tampering("add a file", append("evidence/9999-ec2-DescribeVpcs.json", "{}"), "INVALID", "was added", rehash=False),
    Tampering("add a file at the top", append("praise.txt", "well done"), "INVALID", "praise.txt was added", rehash=False),
    Tampering("drop the manifest", drop(MANIFEST), "INVALID", "manifest-sha256.txt is missing", rehash=False),
    Tampering("touch the page", append("report.html", " "), "INVALID", "report.html was changed", rehash=False),
    Tampering("empty the log", lambda f: (f / "logs/service.log").write_text(""), "INVALID", "service.log", rehash=False),
    Tampering("cut the load", shorten_load(0), "INVALID", "load/requests.csv was changed", rehash=False),
    Tampering("put a link in a file's place", link, "INVALID", "cost.json", rehash=False),
    Tampering(
        "list a file twice",
        lambda f: append(MANIFEST, (f / MANIFEST).read_text().splitlines()[0] + "\n")(f),
        "INVALID",
        "lists a file twice",
        rehash=False,
    ),
    Tampering("swap two files", both(drop("cost.json"), append("cost.json", "{}")), "INVALID", "cost.json", rehash=False),
)
"""Found by the manifest."""

REHASHED = (
    Tampering("flip an outcome", outcome("NET-1", status="FAIL"), "DISAGREES", "NET-1"),
    Tampering("flip the red outcome", outcome("NET-2", status="PASS"), "DISAGREES", "NET-2", bundle="red"),
    Tampering("hide the failure", hide_the_failure, "DISAGREES", "NET-3", bundle="red"),
    Tampering("take the second rule away", remove_second_rule, "DISAGREES", "NET-2", bundle="red"),
    Tampering(
        "raise the points",
        edit("criteria.json", lambda t: _of(t, "NET-2")["criterion"].update(points=60)),
        "DISAGREES",
        "NET-2",
    ),
    Tampering(
        "points that are no number",
        edit("criteria.json", lambda t: _of(t, "NET-2")["criterion"].update(points=6.5)),
        "INVALID",
        "points is 6.5",
    ),
    Tampering(
        "full marks for Gradescope",
        edit("results.json", lambda t: [e.update(score=100) for e in t["tests"]]),
        "DISAGREES",
        "results.json",
    ),
    Tampering("a score above all", edit("results.json", lambda t: t.update(score=100)), "DISAGREES", "results.json"),
    Tampering(
        "a kind word in the results",
        edit("results.json", lambda t: t.update(output="well done")),
        "DISAGREES",
        "results.json",
    ),
    Tampering("no results", drop("results.json"), "INVALID", "criteria.json is not what the suite writes"),
    Tampering("results that are no JSON", lambda f: (f / "results.json").write_text("{"), "INVALID", "criteria.json"),
    Tampering("more points in all", edit("criteria.json", _set("points", value=100)), "DISAGREES", "points", bundle="red"),
    Tampering("fewer points to have", edit("criteria.json", _set("full_marks", value=1)), "DISAGREES", "full_marks"),
    Tampering("a green flag", edit("criteria.json", _set("green", value=True)), "DISAGREES", "green", bundle="red"),
    Tampering("no flag", edit("criteria.json", lambda t: t.pop("green")), "DISAGREES", "green", bundle="red"),
    Tampering("other counts", edit("criteria.json", _set("counts", "PASS", value=27)), "DISAGREES", "counts", bundle="red"),
    Tampering("a total of one's own", edit("criteria.json", _set("grade", value="A")), "DISAGREES", "grade"),
    Tampering(
        "reword a criterion",
        edit("criteria.json", lambda t: _of(t, "NET-2")["criterion"].update(text="A group.")),
        "DISAGREES",
        "NET-2",
    ),
    Tampering(
        "move a criterion to another step",
        edit("criteria.json", lambda t: _of(t, "NET-2")["criterion"].update(step=6)),
        "DISAGREES",
        "NET-2",
    ),
    Tampering("a status that there is not", outcome("NET-2", status="GREAT"), "INVALID", "criteria.json"),
    Tampering(
        "another fact of the deployment", edit("criteria.json", _set("facts", "Cluster", value="mine")), "DISAGREES", "facts"
    ),
    Tampering(
        "a mode with a blank",
        both(edit("criteria.json", _set("mode", value="LIVE ")), edit("run.json", _set("mode", value="LIVE "))),
        "INVALID",
        "the mode LIVE",
    ),
    Tampering(
        "a mode that praises itself",
        both(
            edit("criteria.json", _set("mode", value="LIVE, verified by AWS")),
            edit("run.json", lambda t: t.update(mode="LIVE, verified by AWS", settings=t["settings"] | {"live": True})),
        ),
        "INVALID",
        "the mode",
    ),
    Tampering(
        "an end that is still to come",
        edit("criteria.json", _set("ended", value="2120-01-01T00:00:00+00:00")),
        "INVALID",
        "still to come",
    ),
    Tampering("results of times to come", later, "INVALID", "still to come"),
    Tampering(
        "a nonce of another run's request",
        replace_text("evidence/*POST-predict.json", "word-7", "word-9"),
        "INVALID",
        "word-9 is missing in a tag",
        options=("--nonce", "word-9"),
    ),
    Tampering("reword what was observed", outcome("API-1", observed="all is well"), "DISAGREES", "API-1"),
    Tampering("reword what was expected", outcome("LOAD-1", expected="anything"), "DISAGREES", "LOAD-1"),
    Tampering("drop a criterion", edit("criteria.json", lambda t: t["outcomes"].pop(3)), "DISAGREES", "TASK-1"),
    Tampering(
        "add a criterion",
        edit(
            "criteria.json",
            lambda t: t["outcomes"].append(_of(t, "NET-1") | {"criterion": _of(t, "NET-1")["criterion"] | {"id": "NET-9"}}),
        ),
        "DISAGREES",
        "NET-9",
    ),
    Tampering(
        "name a criterion twice",
        edit("criteria.json", lambda t: t["outcomes"].append(t["outcomes"][0])),
        "INVALID",
        "names a criterion twice",
    ),
    Tampering(
        "point to other evidence",
        outcome("NET-1", evidence=["evidence/0001-sts-GetCallerIdentity.json"]),
        "DISAGREES",
        "NET-1",
    ),
    Tampering("drop evidence", drop_evidence("NET-2", "DescribeSecurityGroupRules"), "INVALID", "numbered"),
    Tampering(
        "drop evidence and close the gap",
        both(drop_evidence("NET-2", "DescribeSecurityGroupRules"), renumber),
        "DISAGREES",
        "NET-2",
    ),
    Tampering("add evidence that nobody asked for", unasked, "INVALID", "no criterion asks for"),
    Tampering(
        "rename an envelope",
        lambda f: find(f, "NET-2", "DescribeSecurityGroupRules")[0].rename(f / "evidence/0000-x-y.json") and None,
        "INVALID",
        "0000-x-y.json",
    ),
    Tampering(
        "move a time", edit_evidence("API-1", "GET /", _set("at", value="2020-01-01T00:00:00+00:00")), "INVALID", "2020"
    ),
    Tampering("swap two times", swap_times, "INVALID", "came before"),
    Tampering(
        "a time without a zone", edit_evidence("API-1", "GET /", _set("at", value="2026-01-01T00:00:00")), "INVALID", "zone"
    ),
    Tampering("swap a task's ARN", edit_evidence("LOAD-3", "DescribeTasks", _other_task), "INVALID", "was not asked for"),
    Tampering(
        "swap a task's ARN wherever it stands",
        both(edit_evidence("LOAD-3", "ListTasks", _other_task), edit_evidence("LOAD-3", "DescribeTasks", _other_task_asked)),
        "DISAGREES",
        "LOAD-3",
    ),
    Tampering("one request ID for two answers", same_request_id, "INVALID", "request ID"),
    Tampering(
        "no request ID",
        edit_evidence("NET-2", "DescribeSecurityGroupRules", _set("request_id", value=None)),
        "INVALID",
        "no request ID",
    ),
    Tampering("a better p95", edit("load/load.json", _set("result", "p95_ms", value=1.0)), "INVALID", "not the sum"),
    Tampering("faster requests", faster, "INVALID", "not the sum"),
    Tampering("cut the load", shorten_load(0), "INVALID", "not the sum"),
    Tampering("cut the load and its sum", shorten_load(1), "INVALID", "the evidence of the load"),
    Tampering("cut the load, its sum and its evidence", shorten_load(2), "DISAGREES", "LOAD-"),
    Tampering("drop the load", drop("load/load.json"), "INVALID", "load/load.json is missing"),
    Tampering("another run's load", edit("load/load.json", _set("run_id", value="other")), "INVALID", "another run"),
    Tampering("NaN in the load", edit("load/load.json", _set("result", "p95_ms", value=float("nan"))), "INVALID", "NaN"),
    Tampering("NaN in the evidence", edit_evidence("API-1", "GET /", _set("seconds", value=float("nan"))), "INVALID", "NaN"),
    Tampering(
        "another run's log", append("logs/service.log", "ecs/satellite-api/other hello\n"), "INVALID", "CloudWatch told"
    ),
    Tampering("another task's log lines", edit_evidence("LOG-2", "FilterLogEvents", _another_stream), "DISAGREES", "LOG-2"),
    Tampering(
        "another run's tag",
        lambda f: replace_text("evidence/*CreateSecurityGroup.json", f.name, "20200101T000000Z-0000")(f),
        "INVALID",
        "run's tag",
    ),
    Tampering(
        "no tag",
        edit_evidence("NET-1", "CreateSecurityGroup", lambda t: t["parameters"].pop("TagSpecifications")),
        "INVALID",
        "run's tag",
    ),
    Tampering(
        "another account's service",
        replace_text("evidence/*ecs-CreateService.json", ":900000000001:service", ":900000000009:service"),
        "INVALID",
        "account 900000000009",
    ),
    Tampering(
        "another region",
        edit_evidence("RUN-1", "DescribeClusters", _set("region", value="eu-west-1")),
        "INVALID",
        "eu-west-1",
    ),
    Tampering("call it LIVE", edit("criteria.json", _set("mode", value="LIVE")), "INVALID", "differ in mode"),
    Tampering(
        "call it LIVE all through",
        both(
            edit("criteria.json", _set("mode", value="LIVE")),
            edit("run.json", lambda t: t.update(mode="LIVE", endpoint="", settings=t["settings"] | {"live": True})),
        ),
        "INVALID",
        "not AWS",
    ),
    Tampering(
        "another run's results",
        edit("criteria.json", _set("run_id", value="20200101T000000Z-0000")),
        "INVALID",
        "different runs",
    ),
    Tampering("another run's mark", edit("run.json", _set("mark", "run_id", value="other")), "INVALID", "different runs"),
    Tampering("loosen a limit", edit("run.json", _set("settings", "max_p95_ms", value=99999.0)), "DISAGREES", "LOAD-1"),
    Tampering("a setting of the wrong kind", edit("run.json", _set("settings", "cpu", value="256")), "INVALID", "cpu"),
    Tampering("a setting that there is not", edit("run.json", _set("settings", "grade", value="A")), "INVALID", "grade"),
    Tampering("a run ID that leads elsewhere", edit("run.json", _set("run_id", value="../../etc")), "INVALID", "no run ID"),
    Tampering("no JSON", lambda f: (f / "run.json").write_text("{"), "INVALID", "run.json"),
    Tampering("a list in place of results", lambda f: (f / "criteria.json").write_text("[]"), "INVALID", "criteria.json"),
    Tampering("deep JSON", lambda f: (f / "criteria.json").write_text("[" * 99_999), "INVALID", "criteria.json"),
    Tampering(
        "another answer",
        edit_evidence("API-3", "POST /predict", _set("response", "text", value='{"label": "desert", "confidence": 0.1}')),
        "INVALID",
        "/predict answered",
    ),
    Tampering(
        "another answer and its copy",
        both(
            edit_evidence("API-3", "POST /predict", _set("response", "text", value='{"label": "sea"}')),
            lambda f: (f / "public_endpoint_test.json").write_text('{"label": "sea"}'),
        ),
        "DISAGREES",
        "API-3",
    ),
    Tampering("another image", append("sent/desert_04.jpg", "x"), "DISAGREES", "API-3"),
    Tampering(
        "another task definition", replace_text("task-def.json", '"512"', '"1024"'), "INVALID", "not what was registered"
    ),
    Tampering("an open port", edit_evidence("NET-3", "connect", _set("response", "open", value=[22])), "DISAGREES", "NET-3"),
    Tampering("a refusal", edit_evidence("NET-3", "connect", _set("response", "refused", value=[22])), "DISAGREES", "NET-3"),
    Tampering(
        "a cluster that is still there",
        edit_evidence("CLEAN-3", "DescribeClusters", lambda t: t["response"]["clusters"][0].update(status="ACTIVE")),
        "DISAGREES",
        "CLEAN-3",
    ),
    Tampering("bulk that belongs to nothing", stray_bulk, "INVALID", "belongs to no envelope"),
    Tampering(
        "a key twice",
        replace_text("evidence/0010*", '"number"', '"status": 200, "number"'),
        "INVALID",
        "a key is given twice",
    ),
    Tampering(
        "of another version, in another form",
        both(edit("run.json", _set("versions", "suite", value="0" * 16)), edit("run.json", _set("load", value={}))),
        "INVALID",
        "ANOTHER VERSION",
    ),
    Tampering("no nonce of mine", lambda _: None, "INVALID", "the nonce mine is missing", options=("--nonce", "mine")),
)
"""Covered up by a new manifest, and found by the evidence."""

ANY_ANSWER = ("'A classification'", "'that was given'")
"""What API-3 expects by the suite's own schema, and by any other."""
NOTED = (
    Tampering("nothing judged", nothing_judged, "AGREES", "IT WAS JUDGED IN PART: 0 of 27"),
    Tampering("another version", edit("run.json", _set("versions", "suite", value="0" * 16)), "AGREES", "ANOTHER VERSION"),
    Tampering(
        "a limit for everybody",
        loosened("max_p95_ms", 1e9, "8000 ms", "1000000000 ms"),
        "AGREES",
        "max_p95_ms was 1000000000.0, not 8000.0",
    ),
    Tampering(
        "a schema that takes all",
        loosened("predict_schema", {}, *ANY_ANSWER),
        "AGREES",
        "another JSON Schema",
    ),
    Tampering(
        "no word on the options",
        both(edit("run.json", _set("options", value="")), loosened("predict_schema", {}, *ANY_ANSWER)),
        "AGREES",
        "ON OTHER TERMS",
    ),
    Tampering(
        "more patience",
        edit("run.json", _set("settings", "patience", "answer", value=9999.0)),
        "AGREES",
        "patience.answer was 9999.0, not 10.0",
    ),
)
"""What has to be told beside the verdict."""

UNDETECTABLE = (
    Tampering("reword the page", append("report.html", "<p>well done</p>"), "AGREES", "replay judges evidence, not pages"),
    Tampering("reword JUnit", replace_text("junit.xml", "pytest", "grader"), "AGREES", "it is not read"),
    Tampering("another receipt", edit("cost.json", _set("region", value="moon")), "AGREES", "costs are no criterion"),
    Tampering(
        "another fact", edit("criteria.json", _set("facts", "Cost", value="0")), "AGREES", "facts of the run are for reading"
    ),
    Tampering(
        "no problems", edit("criteria.json", _set("problems", value=[])), "AGREES", "an interruption leaves no evidence"
    ),
    Tampering("another log of Locust", append("load/locust.log", "fine\n"), "AGREES", "it is not judged"),
    Tampering("another log of the rehearsal", append("rehearsal.log", "fine\n"), "AGREES", "it is not judged"),
    Tampering("another ledger", append("ledger.jsonl", "\n"), "AGREES", "a sweep writes to it, so it is not listed"),
    Tampering("a file that nobody reads", append("praise.txt", "well done"), "AGREES", "with a manifest to match"),
    Tampering(
        "one name changed alike wherever it stands",
        everywhere(_first_group, "sg-0123456789abcdef0"),
        "AGREES",
        "a bundle is self-reported: who invents all of it consistently is not found",
    ),
)
"""Not found, and why: `told` says it."""


@dataclass(frozen=True)
class Smuggled:
    """A zip that is not what it seems: entries beside those of the bundle, or in their place."""

    name: str
    entries: tuple[tuple[str, int], ...]
    told: str


ZIPS = (
    Smuggled("one that climbs out", (("../../evil.txt", 0),), "outside of its folder"),
    Smuggled("one with an absolute path", (("/tmp/evil.txt", 0),), "outside of its folder"),
    Smuggled("one with a drive", (("C:evil.txt", 0),), "holds no bundle"),
    Smuggled("one with a name that is too long", (("x" * 256, 0),), "too long"),
    Smuggled("one with a backslash", (("a\\..\\..\\evil.txt", 0),), "outside of its folder"),
    Smuggled("one with a link", (("bundle/link", 0o120777 << 16),), "holds no bundle"),
    Smuggled("one with a device", (("bundle/null", 0o020666 << 16),), "no file"),
    Smuggled("one with a file twice", (("bundle/a.txt", 0), ("bundle/a.txt", 0)), "a file twice"),
    Smuggled("one whose manifest is a link", (("a/manifest-sha256.txt", 0o120777 << 16), ("a/run.json", 0)), "no bundle"),
    Smuggled("one without a bundle", (("a/readme.txt", 0),), "holds no bundle"),
)


def smuggle(smuggled, target):
    """Write the zip."""
    with zipfile.ZipFile(target, "w") as archive:
        for name, attributes in smuggled.entries:
            entry = zipfile.ZipInfo(name)
            entry.filename, entry.external_attr = name, attributes
            archive.writestr(entry, b"x")
