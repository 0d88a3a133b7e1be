"""Reports and bundles to make pages of, and what a page holds."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

from fixtures.report.files import write_files
from fixtures.report.outcomes import Outcome, RunReport, Status
from fixtures.report.rubric import BY_ID, RUBRIC

STARTED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
COMMAND = "aws ec2 revoke-security-group-ingress --group-id sg-1"


def run_report(outcomes: Iterable[Outcome], mode: str = "REHEARSAL", problems: tuple[str, ...] = ()) -> RunReport:
    """A report of a run in the given mode."""
    ended = STARTED + timedelta(minutes=2, seconds=5)
    facts = {"Image": "registry/app:1"}
    return RunReport(mode, "run-1", "eu-west-1", "123456789012", STARTED, ended, tuple(outcomes), facts, problems)


def passed() -> tuple[Outcome, ...]:
    """All criteria PASS."""
    return tuple(Outcome(c, Status.PASS, "as it is", "as it is", evidence=(f"evidence/{c.id}.json",)) for c in RUBRIC)


def mixed() -> tuple[Outcome, ...]:
    """One FAIL, one BLOCKED, one ERROR, the last criterion NOT RUN, and PASS otherwise."""
    special = {
        "NET-2": Outcome(BY_ID["NET-2"], Status.FAIL, "1 rule", "3 rules", f"Remove two: `{COMMAND}`"),
        "NET-3": Outcome(BY_ID["NET-3"], Status.BLOCKED, reason="NET-2 failed first."),
        "LOAD-1": Outcome(BY_ID["LOAD-1"], Status.ERROR, reason="AWS throttled the suite."),
        "CLEAN-6": Outcome(BY_ID["CLEAN-6"], Status.NOT_RUN, reason="It was left out."),
    }
    return tuple(special.get(outcome.criterion.id, outcome) for outcome in passed())


HOSTILE = [
    "<script>document.title = 'owned'</script>",
    '"><img src=x onerror="document.title = \'owned\'">',
    "' onmouseover='alert(1)",
    "]]></style></main><h1>",
    "--><!--",
    "{{ 7 * 7 }}",
    "`<b>bold</b>`",
]
"""What a service may answer to whoever shows it without care."""


class Page(HTMLParser):
    """The elements of a page: their tags and attributes in order, and the text under each class."""

    VOID = frozenset({"meta", "link", "img", "br", "input", "path", "circle", "rect", "use", "source"})

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[set[str], str]] = []
        self._open: list[tuple[str, set[str]]] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        self.elements.append((tag, named))
        if tag not in self.VOID:
            self._open.append((tag, set(named.get("class", "").split())))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1][0] == tag, f"</{tag}> closes <{self._open[-1][0]}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self.texts.append((set().union(*(classes for _, classes in self._open)), data))

    def tags(self, name: str) -> list[dict[str, str]]:
        return [attributes for tag, attributes in self.elements if tag == name]

    def under(self, css_class: str) -> list[str]:
        return [text for classes, text in self.texts if css_class in classes and text.strip()]


# A bundle as a run leaves it

PREDICTION = "evidence/0007-http-POST-predict.json"
FACTS = {
    "Security group": "satellite-api-sg (sg-1)",
    "Image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/satellite-api:v1",
    "Image digest": "sha256:" + "9f" * 32,
    "Revision": "satellite-api-task:7",
    "Cluster": "satellite-cluster",
    "Service": "satellite-service",
    "Task": "0f8fad5b-d9cb-469f-a165-70867728950e",
    "Public IP": "127.1.2.3",
}


def with_prediction(report: RunReport) -> RunReport:
    """The report, with facts of a deployment and evidence of the suite's own prediction."""
    outcomes = [replace(o, evidence=(PREDICTION,)) if o.criterion.id == "API-3" else o for o in report.outcomes]
    return replace(report, outcomes=tuple(outcomes), facts=FACTS)


def write_bundle(bundle: Path, report: RunReport, text: str = "INFO: started", count: int = 40) -> Path:
    """Lay out a bundle: `count` requests and log lines, and `text` wherever a service or a user may put one."""
    began = STARTED.timestamp()
    for folder in ("evidence", "load", "logs"):
        (bundle / folder).mkdir(parents=True)
    answer = {"content-type": text, "text": json.dumps({"label": text})}
    asked = {"url": "http://127.1.2.3/predict", "query": {"probe": text}, "files": {"file": [text, 1145, "image/jpeg"]}}
    envelope = {"at": STARTED.isoformat(), "parameters": asked, "status": 200, "response": answer}
    ledger = [
        {"event": "intent", "number": 1, "kind": "cluster", "name": text, "details": {}, "at": STARTED.isoformat()},
        {"event": "created", "number": 1, "details": {"arn": text}, "at": STARTED.isoformat()},
        {"event": "deleted", "number": 1, "at": STARTED.isoformat()},
    ]
    moment = {"began": STARTED.isoformat(), "seconds": 3.0, "ended_as": text}
    timeline = [{"kind": "wait", "what": text} | moment, {"kind": "criterion", "what": "NET-1"} | moment]
    item = {"what": "0.25 vCPU", "quantity": 60, "unit": "s", "dollars": 0.0002}
    figures = {"requests": count, "failures": 1, "p50_ms": 5, "p95_ms": 9, "p99_ms": 11, "requests_per_second": 8}
    flat = text.replace("\n", " ")
    samples = "".join(
        f"{began + n / 8},POST /predict,{5 + n % 7}.5,200,{'HTTP 500' if n == 3 else ''}\n" for n in range(count)
    )
    files = {
        PREDICTION: json.dumps(envelope),
        "ledger.jsonl": "".join(json.dumps(line) + "\n" for line in ledger),
        "timeline.jsonl": "".join(json.dumps(line) + "\n" for line in timeline),
        "cost.json": json.dumps({"items": [item], "prices": {"region": "us-east-1", "as_of": text}, "region": "eu-west-1"}),
        "load/load.json": json.dumps({"plan": {"users": 4}, "result": figures}),
        "load/requests.csv": f"started,name,ms,status,failure\n{samples}",
        "load/log-lines.csv": "at_ms,stream\n" + "".join(f"{int((began + n / 8) * 1000)},s\n" for n in range(count)),
        "logs/service.log": "".join(f"ecs/app/1 {n} {flat}\n" for n in range(count))
        + f"ecs/app/1 GET /?probe={report.run_id}\n",
    }
    for name, content in files.items():
        (bundle / name).write_text(content, encoding="utf-8", errors="backslashreplace")
    write_files(bundle, report, dict)
    return bundle
