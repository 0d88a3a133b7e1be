"""Reports to make pages of, and what a page holds."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

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
