"""How CI reads what a run gives it: GitHub its commands and its Markdown, Jenkins and GitLab JUnit, others CTRF.

Written from the published forms, each named where it stands; nothing here is made by the suite's own code.
"""

import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from markdown_it import MarkdownIt

_COMMAND = re.compile(r"^::([\w-]+)(?: (.*?))?::(.*)$")
_OLD_COMMAND = re.compile(r"##\[[\w-]+[^\]]*\]")


def commands(output: str) -> list[tuple[str, dict[str, str], str]]:
    """What GitHub's runner obeys of an output: kind, properties and message of each command ("Workflow commands").

    It looks at each line without the blanks before it; the old form counts anywhere in a line.
    """
    found = []
    for row in re.split(r"\r\n|\r|\n", output):
        if parts := _COMMAND.match(row.lstrip()):
            pairs = dict(pair.split("=", 1) for pair in (parts[2] or "").split(",") if pair)
            found.append((parts[1], {name: unquote(text) for name, text in pairs.items()}, unquote(parts[3])))
        found += [(old, {}, row) for old in _OLD_COMMAND.findall(row)]
    return found


class Rendered(HTMLParser):
    """A job summary as it is shown: by GitHub's Markdown with tables, bare links and raw HTML."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        """Every start tag with its attributes, and every end tag, in order."""
        self.text = ""
        self.feed(MarkdownIt("gfm-like", {"html": True}).render(markdown))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(f"<{tag} {attrs}>")
        self.text += "\n" if tag in ("br", "p", "li", "tr") else ""

    def handle_endtag(self, tag: str) -> None:
        self.elements.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.elements.append("<!>")


# JUnit: junit-10.xsd of Jenkins' xUnit plugin, which pytest's own tests use too. GitLab ("Unit test reports") reads
# testsuite, testcase with name, classname, file and time, failure, error, skipped and system-out: all of it is in there.
_JUNIT: dict[str, tuple[str, str, str]] = {
    # element: attributes that must be there; others that may; children
    "testsuites": ("", "name time tests failures errors", "testsuite"),
    "testsuite": (
        "name tests failures errors",
        "group time skipped timestamp hostname id package file log url version",
        "testsuite properties testcase system-out system-err",
    ),
    "properties": ("", "", "property"),
    "property": ("name value", "", ""),
    "testcase": (
        "name",
        "time classname group",
        "skipped error failure rerunFailure rerunError flakyFailure flakyError system-out system-err",
    ),
    "failure": ("", "type message", ""),
    "error": ("", "type message", ""),
    "skipped": ("", "type message", ""),
    "system-out": ("", "", ""),
    "system-err": ("", "", ""),
}
_JUNIT_TIME = re.compile(r"([0-9]{0,3},)*[0-9]*(\.[0-9]{0,3})?")


def junit_problems(element: Element) -> list[str]:
    """Where a JUnit file, from its root on, breaks the schema; empty when it keeps it."""
    required, optional, children = (set(words.split()) for words in _JUNIT[element.tag])
    found = [f"{element.tag} without {name}" for name in sorted(required - set(element.attrib))]
    found += [f"{element.tag} with {name}" for name in sorted(set(element.attrib) - required - optional)]
    if element.tag in ("testsuites", "testsuite") and not _JUNIT_TIME.fullmatch(element.get("time", "")):
        found.append(f"{element.tag} takes {element.get('time')}")
    for child in element:
        found += junit_problems(child) if child.tag in children else [f"{element.tag} has a {child.tag}"]
    return found


def _closed(required: dict[str, Any], optional: dict[str, Any]) -> dict[str, Any]:
    """JSON Schema's object that has these properties and no other."""
    return {
        "type": "object",
        "required": [*required],
        "properties": required | optional,
        "additionalProperties": False,
    }


_TEXT, _NUMBER, _ANYTHING = {"type": "string"}, {"type": "integer"}, {"type": "object"}
_NAMED = {"type": "string", "minLength": 1}
_COUNTS = ("tests", "passed", "failed", "skipped", "pending", "other", "start", "stop")
_STATUS = {"enum": ["passed", "failed", "skipped", "pending", "other"]}
_ATTACHMENT = _closed({"name": _TEXT, "contentType": _TEXT, "path": _TEXT}, {})
_TEST = _closed(
    {"name": _NAMED, "status": _STATUS, "duration": _NUMBER},
    {
        "testId": _NAMED,
        "rawStatus": _TEXT,
        "message": _TEXT,
        "suite": {"type": "array", "minItems": 1, "items": _TEXT},
        "attachments": {"type": "array", "items": _ATTACHMENT},
    },
)
CTRF = {
    "type": "object",
    "required": ["results", "reportFormat", "specVersion"],
    "properties": {
        "reportFormat": {"const": "CTRF"},
        "specVersion": {"type": "string", "pattern": r"^[0-9]+\.[0-9]+\.[0-9]+$"},
        "generatedBy": _TEXT,
        "runId": _NAMED,
        "results": {
            "type": "object",
            "required": ["tool", "summary", "tests"],
            "properties": {
                "tool": _closed({"name": _NAMED}, {"version": _TEXT}),
                "summary": _closed(dict.fromkeys(_COUNTS, _NUMBER), {}),
                "tests": {"type": "array", "items": _TEST},
                "extra": _ANYTHING,
            },
        },
    },
}
"""What ctrf.schema.json 1.0.0 (github.com/ctrf-io/ctrf, MIT) asks of the properties that the suite writes, and no others."""
