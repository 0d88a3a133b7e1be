"""Reports and bundles to make pages of, and what a page holds."""

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

from fixtures.evidence.bundle import append_line, write_text
from fixtures.evidence.receipt import most
from fixtures.evidence.recorder import Recorder
from fixtures.evidence.redaction import Redactor
from fixtures.evidence.timeline import TIMELINE_FILE, Kind, Moment
from fixtures.launch.endpoint import PROBE, Endpoint
from fixtures.launch.load import LOG_LINES_FILE, write_log_lines
from fixtures.ledger.ledger import Ledger
from fixtures.report.files import write_files
from fixtures.report.outcomes import Outcome, RunReport, Status
from fixtures.report.rubric import BY_ID, RUBRIC
from fixtures.resources.logs import LOG_FILE, LogLine
from fixtures.settings.settings import LoadPlan
from fixtures.wire.internet import Exchange, Internet, Request
from load.journey import COLUMNS, Sample
from load.load_test import Measured, history, summarize

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

PREDICTION = "evidence/0001-http-POST-predict.json"
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
    """Have the suite's own writers lay out a bundle: `count` requests and log lines, `text` wherever others may put one."""
    began = STARTED.timestamp()
    (bundle / "load").mkdir(parents=True)
    flat = text.replace("\n", " ")
    said = [LogLine("ecs/app/1", int((began + n / 8) * 1000), f"{n} {flat}") for n in range(count)]
    prediction = LogLine("ecs/app/1", 0, f"GET /?probe={report.run_id}")
    predict(bundle, Exchange("POST", "http://127.1.2.3/predict", 200, text, json.dumps({"label": text}), 0.1), text)
    ledger = Ledger(bundle / "ledger.jsonl")
    with ledger.creating("cluster", "satellite-cluster") as outputs:  # a ledger takes no other names than AWS does
        outputs["arn"] = "arn:aws:ecs:us-east-1:900000000001:cluster/satellite-cluster"
    ledger.undo("cluster", lambda _: None, lambda _: "")
    note(bundle, Moment(Kind.WAIT, text, STARTED.isoformat(), 3.0, text))
    note(bundle, Moment(Kind.CRITERION, "NET-1", STARTED.isoformat(), 3.0, text))
    receipt = most(1, 256, 512, "eu-west-1")
    replace(receipt, prices=replace(receipt.prices, as_of=text)).write(bundle)
    write_load(
        bundle, [Sample(began + n / 8, "POST /predict", 5.5 + n % 7, 200, "HTTP 500" * (n == 3)) for n in range(count)]
    )
    write_log_lines(bundle / LOG_LINES_FILE, said)
    write_text(bundle / LOG_FILE, "".join(f"{line}\n" for line in [*said, prediction]))
    write_files(bundle, report, dict)
    return bundle


class Answering(Internet):
    """An internet that has one answer to everything."""

    def __init__(self, answer: Exchange) -> None:
        self._answer = answer

    def send(self, request: Request) -> Exchange:
        return self._answer


def predict(bundle: Path, answer: Exchange, text: str = "tile.jpg") -> None:
    """Send an image to an endpoint that answers so: the first evidence of the bundle."""
    recorder = Recorder(bundle / "evidence", Redactor(enabled=False))
    endpoint = Endpoint("http://127.1.2.3", recorder, 1.0, Answering(answer))
    endpoint.post_file("/predict", text, b"JPEG", "image/jpeg", {PROBE: text})


def note(bundle: Path, moment: Moment) -> None:
    """Add a moment to the timeline."""
    append_line(bundle / TIMELINE_FILE, json.dumps(asdict(moment)))


def write_load(bundle: Path, samples: Sequence[Sample]) -> None:
    """Write what Locust and the suite leave of a load of these requests."""
    with (bundle / "load" / "requests.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(map(asdict, samples))
    measured = Measured("http://127.1.2.3", "run-1", LoadPlan(4, 4.0, 5), summarize(samples), history(samples))
    measured.write(bundle / "load" / "load.json")
