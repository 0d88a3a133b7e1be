"""The page of a run as it was written: what stands in each part, and which parts say that they cannot be read."""

import html
import json
import os
import platform
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from fixtures.evidence.manifest import listed
from fixtures.evidence.timeline import TIMELINE_FILE, Kind, Moment, read_moments
from fixtures.report.files import CRITERIA_FILE, SCHEMA_FILE
from fixtures.report.parts.deployment import ABOUT_THE_RUN
from fixtures.report.parts.timing import SHORT_SECONDS
from fixtures.report.rubric import RUBRIC

PARTS = ("deployment", "exchange", "log", "load", "cost", "timing", "cleanup", "environment", "contents")
_BROKEN = re.compile(r'<p class="lc-missing lc-broken">([^<]*)')


@dataclass(frozen=True)
class Part:
    """One part of a page."""

    source: str

    @property
    def missing(self) -> str:
        """The sentence that stands in its place; empty where it has content."""
        found = re.search(r'<p class="lc-missing">([^<]*)', self.source)
        return html.unescape(found[1]) if found else ""

    @property
    def text(self) -> str:
        """Its words, each with one space before the next."""
        return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", self.source)).split())


def parts_of(page: str) -> dict[str, Part]:
    """The parts of a page by name, each without its heading."""
    found = re.findall(r'<section class="lc-part" id="lc-part-(\w+)">\s*<h2>[^<]*</h2>(.*?)</section>', page, re.DOTALL)
    return {name: Part(source) for name, source in found}


def whole_page(bundle: Path, **missing: str) -> dict[str, Part]:
    """The parts of a bundle's page, which is whole: these are missing, in these words, and every other has content.

    What is linked is there, what is there is linked, and what programs read of it keeps its schema. A count of requests
    is `N` in the words.
    """
    page = (bundle / "report.html").read_text(encoding="utf-8")
    parts = parts_of(page)
    assert tuple(parts) == PARTS
    assert not broken_parts(bundle), broken_parts(bundle)
    said = {name: re.sub(r"\d+ requests?", "N requests", part.missing) for name, part in parts.items() if part.missing}
    assert said == missing, said
    assert not [name for name, part in parts.items() if not part.text], parts
    linked = {html.unescape(name) for name in re.findall(r'href="([^"#:]+)"', page)}
    there = {name for name in listed(bundle) if not name.startswith(("evidence/", "sent/"))}
    assert not [name for name in linked if not (bundle / name).exists()], linked
    assert there - linked == {"report.html"}, there - linked
    jsonschema.validate(_json(bundle / CRITERIA_FILE), _json(SCHEMA_FILE))
    return parts


def is_long(moment: Moment) -> bool:
    """Whether the page tells of it by name."""
    return moment.kind == Kind.WAIT and moment.seconds >= SHORT_SECONDS


def tells_its_run(bundle: Path) -> None:
    """Each part of a green run's page has what this very run has made, asked, heard, logged, sent, paid and deleted."""
    text = {name: part.text for name, part in whole_page(bundle).items()}
    criteria, cleanup, cost, load = (_json(bundle / f"{name}.json") for name in ("criteria", "cleanup", "cost", "load/load"))
    answer, image = _json(bundle / "public_endpoint_test.json"), next((bundle / "sent").iterdir())
    result, log = load["result"], (bundle / "logs" / "service.log").read_text(encoding="utf-8").splitlines()
    long_waits = [moment.what for moment in read_moments(bundle / TIMELINE_FILE) if is_long(moment)]
    expected = {
        "deployment": [fact for name, fact in criteria["facts"].items() if name not in ("Cost", *ABOUT_THE_RUN)],
        "exchange": [
            f"{image.name}, {image.stat().st_size:,} bytes Request POST {criteria['facts']['Endpoint']}/predict?",
            f"probe={bundle.name}",
            f"Response 200 application/json {' '.join(json.dumps(answer, indent=2).split())} At ",
        ],
        "log": [f"16 of {len(log)} lines from 1 stream", f"{' '.join(log[0].split()[1:])} 2 ", "the suite's own prediction"],
        "load": [f"requests {result['requests']} failed 0 p50 {result['p50_ms']:.0f} ms", f"lines {result['requests']} p99"],
        "cost": [f"in all ${sum(item['dollars'] for item in cost['items']):.4f}"],
        "timing": [*long_waits, *(f" {criterion.id} PASS " for criterion in RUBRIC)],
        "cleanup": ["Everything that this run made was deleted", *(f"{m['kind']} {m['name']} " for m in cleanup["made"])],
        "environment": [f"python {platform.python_version()} "],
        "contents": [f"{len(list((bundle / 'evidence').glob('*.json')))} envelopes"],
    }
    lacking = {name: words for name in PARTS for words in expected[name] if words not in text[name]}
    assert not lacking, (lacking, text)
    assert "not seen" not in text["deployment"], text["deployment"]


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def broken_parts(folder: Path) -> list[str]:
    """What the pages somewhere below a folder cannot read, each with its page."""
    found = []
    for where, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in ("evidence", "load", "logs", "sent")]
        if "report.html" in files:
            page = Path(where, "report.html")
            found += [f"{page}: {said}" for said in _BROKEN.findall(page.read_text(encoding="utf-8", errors="replace"))]
    return found


@pytest.fixture(scope="session", autouse=True)
def every_page_can_be_read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Whichever run a test has started: no part of its page is left out because it cannot be read."""
    yield
    broken = broken_parts(tmp_path_factory.getbasetemp())
    assert not broken, "\n".join(broken)
