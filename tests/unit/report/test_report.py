"""The report: its page, its table in the terminal, and the files that a pytest run leaves in its bundle."""

import html
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

from fixtures.report.engineers import CUT
from fixtures.report.html_plugin import latest_link
from fixtures.report.outcomes import Outcome, RunReport, Status, complete
from fixtures.report.page import MOST_BYTES, left_out, summary_html
from fixtures.report.rubric import BY_ID, RUBRIC
from fixtures.report.terminal import STATUS_STYLE, rubric_table, style_of
from fixtures.wire.speech import LONGEST
from tests.unit.report.nested import pytest_in
from tests.unit.report.report_support import COMMAND, HOSTILE, Page, mixed, passed, run_report

ROOT = Path(__file__).parents[3]
NOT_GREEN = {
    "mixed": run_report(mixed()),
    "problem": run_report(passed(), problems=("1 resource was left behind.",)),
    "nothing ran": run_report(complete((), "The run was interrupted.")),
    "nothing recorded": run_report(()),
    "one missing": run_report(passed()[:-1]),
    "one twice": run_report((*passed()[:-1], passed()[0])),
}


def classes(page: Page) -> set[str]:
    return {name for _, attributes in page.elements for name in attributes.get("class", "").split()}


# The page


@pytest.mark.parametrize("report", NOT_GREEN.values(), ids=NOT_GREEN)
def test_every_criterion_of_the_course_is_accounted_for(report: RunReport) -> None:
    """It stands in the rubric, whether it ran or not, or the verdict says that this report is without it."""
    page = Page(summary_html(report))
    without = "".join(page.under("lc-left-out"))
    assert all((criterion.id in page.under("lc-id")) != (criterion.id in without) for criterion in RUBRIC)
    assert sorted(page.under("lc-id")) == sorted(outcome.criterion.id for outcome in report.outcomes)


def test_the_marks_are_those_of_the_criteria_in_the_report() -> None:
    """A rubric may weigh them otherwise, and leave some out: the page counts what it shows."""
    heavy = replace(passed()[0], criterion=replace(RUBRIC[0], points=70))
    page = Page(summary_html(run_report([heavy, Outcome(BY_ID["NET-2"], Status.FAIL)])))
    assert " ".join(page.under("lc-score")).split() == ["70", "of", "76", "points"]
    assert "1 of 2 criteria PASS" in page.under("lc-verdict")
    assert rubric_table(run_report([heavy]), 80)[-1] == "1 PASS — 70 of 70 points — REHEARSAL"


def test_a_run_that_meets_every_criterion_is_green() -> None:
    """The verdict says so in words, and with the points."""
    page = Page(summary_html(run_report(passed())))
    assert "lc-green" in classes(page)
    assert "All 27 criteria PASS" in page.under("lc-verdict")
    assert "100" in page.under("lc-score")


@pytest.mark.parametrize("report", NOT_GREEN.values(), ids=NOT_GREEN)
def test_any_other_run_is_not_green(report: RunReport) -> None:
    """A failure, a problem beside the criteria, or a missing outcome takes the green away."""
    assert not report.green
    page = Page(summary_html(report))
    assert "lc-green" not in classes(page)
    assert "All 27 criteria PASS" not in page.under("lc-verdict")


def test_the_verdict_counts_every_status() -> None:
    """The counts of all five words stand under the headline."""
    text = " ".join(" ".join(Page(summary_html(run_report(mixed()))).under("lc-verdict")).split())
    assert "23 of 27 criteria PASS" in text
    assert "23 PASS 1 FAIL 1 BLOCKED 1 NOT RUN 1 ERROR" in text
    assert "84 of 96 points, 4 not judged" in text


def test_problems_stand_in_the_verdict() -> None:
    """What went wrong beside the criteria is named where the verdict is."""
    page = Page(summary_html(NOT_GREEN["problem"]))
    assert page.under("lc-problems") == ["1 problem beside the criteria", "1 resource was left behind."]


@pytest.mark.parametrize(
    ("mode", "meaning"),
    [
        ("REHEARSAL", "No AWS account was involved"),
        ("LIVE", "Judged on AWS itself: account 123456789012, region eu-west-1."),
        ("LIVE at http://127.0.0.1:4566", "an endpoint that is not AWS"),
        ("live", "an endpoint that is not AWS"),
    ],
)
def test_the_mode_comes_first_and_says_what_it_means(mode: str, meaning: str) -> None:
    """Nobody can take a rehearsal, or a run at another endpoint, for a deployment on AWS."""
    page = Page(summary_html(run_report(passed(), mode)))
    said = page.under("lc")
    assert said[0] == mode
    assert meaning in page.under("lc-meaning")[0]
    assert ("Judged on AWS" in page.under("lc-meaning")[0]) == (mode == "LIVE")


def test_the_sections_keep_their_order() -> None:
    """Mode, verdict, facts of the run, steps, what to mend, rubric."""
    page = summary_html(run_report(mixed()))
    names = ("lc-strip", "lc-verdict", "lc-facts", "lc-board", "lc-mend", "lc-rubric")
    places = [page.index(f'class="{name}') for name in names]
    assert places == sorted(places)


def test_the_verdict_says_whose_and_when() -> None:
    """Run, account, region and the time in UTC stand in it; what is no fact of the run does not."""
    facts = " ".join(Page(summary_html(run_report(passed()))).under("lc-facts"))
    assert facts == (
        "Run run-1 Account 123456789012 Region eu-west-1 From 2026-01-02 03:04:05 UTC Until 2026-01-02 03:06:10 UTC "
        "Took 2 min 5 s"
    )


def test_the_graders_nonce_stands_in_the_verdict() -> None:
    """Who asked for it finds it where the verdict is; where nobody did there is no such line."""
    assert "blue-heron-7" in Page(summary_html(replace(run_report(passed()), nonce="blue-heron-7"))).under("lc-facts")
    assert "Nonce" not in Page(summary_html(run_report(passed()))).under("lc-facts")


def test_a_page_that_is_not_redacted_says_so_before_anything_else() -> None:
    """Nobody hands it on by mistake; every other page is without the banner."""
    bare = Page(summary_html(replace(run_report(passed()), redacted=False)))
    assert bare.under("lc")[0] == "NOT REDACTED: for your own eyes."
    assert "lc-unredacted" not in classes(Page(summary_html(run_report(passed()))))


def test_a_hundred_problems_are_counted_and_the_first_are_shown() -> None:
    """The verdict stays readable, and says where the rest is."""
    page = Page(summary_html(run_report(passed(), problems=tuple(f"problem {n}" for n in range(100)))))
    said = page.under("lc-problems")
    assert said[0] == "100 problems beside the criteria"
    assert said[-1] == "and 76 more: all are in criteria.json"


def test_what_failed_is_listed_with_its_cure() -> None:
    """The block above the rubric has the failures with observation and command, then the rest with their reasons."""
    mend = " ".join(" ".join(Page(summary_html(run_report(mixed()))).under("lc-mend")).split())
    assert "FAIL NET-2" in mend
    assert "3 rules Remove two: aws ec2" in mend
    assert "NET-3 : NET-2 failed first." in mend
    assert "CLEAN-6 : It was left out." in mend


def test_a_run_without_failures_has_nothing_to_mend() -> None:
    """The block is left out when all criteria PASS."""
    assert "lc-mend" not in classes(Page(summary_html(run_report(passed()))))


def test_a_command_is_shown_as_code() -> None:
    """What stands between backticks can be copied from a code element, whole and without the backticks."""
    source = summary_html(run_report(mixed()))
    code = source.partition("<code>")[2].partition("</code>")[0]
    assert code.replace("<span>", "").replace("</span>", "") == COMMAND
    assert "`" not in "".join(Page(source).under("lc-page"))


@pytest.mark.parametrize(
    ("advice", "command"),
    [
        (
            "Make it first: aws logs create-log-group --log-group-name /ecs/x",
            "aws logs create-log-group --log-group-name /ecs/x",
        ),
        ("Look at it: aws ecs list-tasks.\nThen wait.", "aws ecs list-tasks"),
        ("Build it: docker build .", "docker build ."),
        ("Use `a  b` and go on.", "a  b"),
        ("Ask aws about it.", ""),
    ],
)
def test_a_command_behind_a_colon_is_code_too(advice: str, command: str) -> None:
    """The sentence around it, with its full stop, is not."""
    source = summary_html(run_report([Outcome(BY_ID["NET-2"], Status.FAIL, advice=advice)]))
    code = source.partition("<code>")[2].partition("</code>")[0]
    assert code.replace("<span>", "").replace("</span>", "") == command


@pytest.mark.parametrize("status", [Status.PASS, Status.FAIL])
def test_an_expectation_that_is_the_criterion_is_not_repeated(status: Status) -> None:
    """Each line says its claim once."""
    claim = BY_ID["NET-2"].text
    report = run_report([Outcome(BY_ID["NET-2"], status, expected=claim, observed="as it is")])
    assert not any("Expected" in text for text in Page(summary_html(report)).under("lc-rubric"))
    assert not any("Expected" in line for line in rubric_table(report, 200))


def test_only_what_is_to_be_mended_is_unfolded() -> None:
    """Details of FAIL and ERROR are open; all others wait behind a click."""
    lines = [a for a in Page(summary_html(run_report(mixed()))).tags("details") if "id" in a]
    assert {a["id"] for a in lines if "open" in a} == {"lc-NET-2", "lc-LOAD-1"}


def test_every_status_has_a_word_and_a_shape_of_its_own() -> None:
    """Colour is never the only sign."""
    page = Page(summary_html(run_report(mixed())))
    shapes = {attributes["id"] for attributes in page.tags("symbol")}
    assert shapes == {f"lc-{status.name.lower().replace('_', '-')}" for status in Status}
    assert {attributes["href"].removeprefix("#") for attributes in page.tags("use")} == shapes
    assert set(Status) <= {text.strip() for text in page.under("lc-rubric")}


def test_every_link_inside_the_page_has_its_target() -> None:
    """The board and the block of failures lead to the lines of the rubric."""
    page = Page(summary_html(run_report(mixed())))
    targets = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
    inner = {a["href"].removeprefix("#") for _, a in page.elements if a.get("href", "").startswith("#")}
    assert inner <= targets


def test_the_page_fetches_nothing() -> None:
    """It reads the same without a network."""
    source = summary_html(run_report(mixed()))
    assert not any("src" in attributes or tag == "link" for tag, attributes in Page(source).elements)
    assert "url(" not in source
    assert "@import" not in source


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_adds_no_element(text: str) -> None:
    """Whatever a service answers is shown as text, wherever it is put."""
    outcome = Outcome(BY_ID["NET-2"], Status.FAIL, text, text, text, text, (text,))
    plain = Outcome(BY_ID["NET-2"], Status.FAIL, "x", "x", "`x`" if "`" in text else "x", "`x`" if "`" in text else "x")
    facts = {text: text}
    report = replace(
        run_report(complete((outcome,), text), text, (text,)), run_id=text, region=text, account=text, facts=facts
    )
    harmless = run_report(complete((plain,), "x"), "x", ("x",))
    page = Page(summary_html(report))
    for tag in ("script", "style", "img", "h1", "main", "b"):
        assert len(page.tags(tag)) == len(Page(summary_html(harmless)).tags(tag))
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)
    assert text.replace("`", "") in "".join(page.under("lc-line"))


@pytest.mark.parametrize(
    ("name", "href"),
    [
        ("evidence/NET 2.json", "evidence/NET%202.json"),
        ("javascript:alert(1)", "javascript%3Aalert%281%29"),
        ("a#b?c", "a%23b%3Fc"),
        ('x" onclick="alert(1)', "x%22%20onclick%3D%22alert%281%29"),
        ("data:text/html,<b>", "data%3Atext/html%2C%3Cb%3E"),
        ("lone \udc80 surrogate", "lone%20%3F%20surrogate"),
    ],
)
def test_evidence_is_linked_by_a_relative_quoted_address(name: str, href: str) -> None:
    """A file name is never a scheme, a query or an attribute."""
    report = run_report([Outcome(BY_ID["NET-2"], Status.FAIL, evidence=(name,))])
    assert [a["href"] for a in Page(summary_html(report)).tags("a") if not a["href"].startswith("#")] == [href]


@pytest.mark.parametrize("name", ["../secret", "a/../../b", "/etc/passwd", "//host/x", "", ".", ".."])
def test_evidence_outside_the_bundle_is_named_but_not_linked(name: str) -> None:
    """A link never leads out of the bundle."""
    report = run_report([Outcome(BY_ID["NET-2"], Status.FAIL, evidence=(name,))])
    page = Page(summary_html(report))
    assert all(attributes["href"].startswith("#") for attributes in page.tags("a"))
    assert any("(not linked)" in text for text in page.under("lc-line"))


def test_control_characters_are_removed_or_shown() -> None:
    """ANSI codes vanish; NUL, bell, direction marks and lone surrogates are shown as escapes, wherever they stand."""
    text = "\x1b[31mred\x1b[0m \x1b]8;;http://x\x07link \x00 \x07 \u202e \udc80 \x85 kept\ttab\nline"
    outcome = Outcome(BY_ID["NET-2"], Status.FAIL, text, text, text, text, (text,))
    report = replace(run_report([outcome], text, (text,)), run_id=text, region=text, account=text, facts={text: text})
    source = summary_html(report)
    for place in ("lc-strip", "lc-problems", "lc-facts", "lc-mend", "lc-line"):
        assert any("red link \\x00 \\x07 \\u202e \\udc80 \\x85 kept\ttab\nline" in t for t in Page(source).under(place))
    assert not set(source) & set("\x00\x07\x1b\x85\u202e\udc80")


@pytest.mark.parametrize("letter", ["x", "&", "\x00", "漢", "\u202e"])
def test_endless_texts_leave_a_small_page(letter: str) -> None:
    """Every text is cut, and cut shorter where it takes more room than it has letters."""
    text = "a `b` c " + letter * 1_000_000
    outcomes = [Outcome(c, Status.FAIL, text, text, text, text, (text[:5000],) * 100) for c in RUBRIC]
    source = summary_html(run_report(outcomes, problems=(text,) * 100))
    assert "cut here: the whole is in the evidence" in source
    assert len(max(Page(source).under("lc"), key=len)) <= LONGEST
    assert len(source.encode()) <= MOST_BYTES


# The table in the terminal


@pytest.mark.parametrize("width", [1, 20, 60, 80, 200])
@pytest.mark.parametrize("name", NOT_GREEN)
def test_no_line_of_the_table_is_wider_than_the_terminal(name: str, width: int) -> None:
    """Long texts are cut with an ellipsis."""
    assert max(len(line) for line in rubric_table(NOT_GREEN[name], width)) <= width


def test_wide_characters_count_as_two_columns() -> None:
    """A text of wide characters is cut where the terminal ends."""
    report = run_report([Outcome(BY_ID["NET-2"], Status.FAIL, observed="漢" * 100)])
    line = next(line for line in rubric_table(report, 40) if "漢" in line)
    assert 38 <= len(line) + line.count("漢") <= 40


@pytest.mark.parametrize("report", NOT_GREEN.values(), ids=NOT_GREEN)
def test_the_table_has_every_criterion_once_in_order(report: RunReport) -> None:
    """The first column holds the IDs of the report's criteria, and one line those of the course that it is without."""
    lines = rubric_table(report, 400)
    firsts = [line.split()[0] for line in lines if not line.startswith(" ")]
    assert [first for first in firsts if first in BY_ID] == [outcome.criterion.id for outcome in report.outcomes]
    assert [line.split(maxsplit=1)[1] for line in lines if line.startswith("WITHOUT")] == [
        ", ".join(left_out(report))
    ] * bool(left_out(report))


def test_a_failure_is_explained_in_three_lines() -> None:
    """Expected, observed and what to do stand under the failed line."""
    lines = rubric_table(run_report(mixed()), 120)
    place = next(number for number, line in enumerate(lines) if line.startswith("NET-2"))
    assert [line.strip() for line in lines[place : place + 5]] == [
        "NET-2    FAIL     The group has exactly one ingress rule: tcp 80 from 0.0.0.0/0.",
        "Expected 1 rule",
        "Observed 3 rules",
        f"To do    Remove two: `{COMMAND}`",
        "NET-3    BLOCKED  Nothing but port 80 of the task can be reached.",
    ]


def test_a_reason_shared_by_neighbours_is_said_once() -> None:
    """When nothing ran the table stays short."""
    lines = rubric_table(NOT_GREEN["nothing ran"], 80)
    assert sum("The run was interrupted." in line for line in lines) == 1


@pytest.mark.parametrize(
    ("report", "totals"),
    [
        (run_report(passed()), "27 PASS — 100 of 100 points — REHEARSAL"),
        (run_report(passed(), problems=("x",)), "27 PASS — 100 of 100 points — 1 problem — REHEARSAL"),
        (
            run_report(mixed(), "LIVE"),
            "23 PASS · 1 FAIL · 1 BLOCKED · 1 NOT RUN · 1 ERROR — 84 of 96 points, 4 not judged — LIVE",
        ),
    ],
)
def test_the_totals_end_the_table(report: RunReport, totals: str) -> None:
    """The last line has counts, points and mode."""
    assert rubric_table(report, 100)[-1] == totals


def test_a_narrow_terminal_keeps_the_mode() -> None:
    """Totals that are too wide are put on lines of their own."""
    assert rubric_table(run_report(mixed()), 40)[-1] == "REHEARSAL"


def test_problems_stand_above_the_totals() -> None:
    """A run that passes every criterion still shows what went wrong beside them."""
    assert rubric_table(NOT_GREEN["problem"], 80)[-2] == "PROBLEM  1 resource was left behind."


def test_the_table_has_no_control_character() -> None:
    """A text cannot move the cursor, colour the terminal or add a line."""
    report = run_report([Outcome(BY_ID["NET-2"], Status.FAIL, observed="a\x1b[2Jb\r\nc\x00")])
    lines = rubric_table(report, 80)
    assert r"         Observed ab c\x00" in lines
    assert all(line.isprintable() for line in lines)


def test_each_criterion_line_has_the_style_of_its_status() -> None:
    """The caller colours lines of criteria, and leaves the lines between them plain."""
    lines = rubric_table(run_report(mixed()), 80)
    styles = [style_of(line) for line in lines if line.split()[0] in BY_ID]
    assert styles == [STATUS_STYLE[outcome.status] for outcome in mixed()]
    assert style_of("         Observed 3 rules") == {}


# The link to the latest bundle


def test_latest_is_a_relative_link_to_the_newest_bundle(tmp_path: Path) -> None:
    """A second call points it elsewhere, and nothing else is left behind."""
    for name in ("run-1", "run-2"):
        (tmp_path / name).mkdir()
        latest_link(tmp_path, tmp_path / name)
    assert (tmp_path / "latest").readlink() == Path("run-2")
    assert {path.name for path in tmp_path.iterdir()} == {"run-1", "run-2", "latest"}


def test_latest_is_a_file_where_links_cannot_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It then holds the name of the bundle, and the bundle that it pointed to before is not touched."""
    (tmp_path / "run-1").mkdir()
    latest_link(tmp_path, tmp_path / "run-1")

    def refuse(*_: object, **__: object) -> None:
        raise OSError("symlinks need a privilege")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    latest_link(tmp_path, tmp_path / "run-2")
    assert (tmp_path / "latest").read_text() == "run-2\n"
    assert (tmp_path / "run-1").is_dir()


# A real run of pytest

CONFTEST = """
from datetime import UTC, datetime
from pathlib import Path
import pytest
from fixtures.report import html_plugin
from fixtures.report.outcomes import RunReport, complete

def build():
    now = datetime.now(UTC)
    return RunReport("REHEARSAL", "run-1", "eu-west-1", "1", now, now, complete((), "nothing ran"))

@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    html_plugin.configure_html(config, Path("reports/run-1"))
    if {with_report}:
        config.stash[html_plugin.REPORT_KEY] = build
"""
TESTS = """
import pytest

@pytest.mark.parametrize("text", ["<img src=x onerror=alert(1)>"])
def test_a(text):
    pass

def test_b():
    assert False, "<b>bold</b>"
"""


LOUD = """
import pytest

def fall(depth):
    assert depth, "<b>bottom</b>"
    fall(depth - 1)

@pytest.mark.parametrize("number", range(3))
def test_loud(number):
    print("&<" * 500_000)
    fall(66)
"""


def run_pytest(folder: Path, *options: str, with_report: bool = True, tests: str = TESTS) -> Path:
    """Run pytest on tests in the folder, with our hooks; give the folder's bundle."""
    (folder / "conftest.py").write_text(CONFTEST.format(with_report=with_report))
    (folder / "test_it.py").write_text(tests)
    (folder / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\naddopts = -p no:hypothesispytest\n")
    variables = {"BUILD_NUMBER": "from-the-environment"}
    ended = pytest_in(folder, "-pfixtures.report.html_plugin", *options, variables=variables, settings="pytest.ini")
    assert ended.code == pytest.ExitCode.TESTS_FAILED, ended.output
    return folder / "reports" / "run-1"


def junit_suite(bundle: Path) -> ET.Element:
    """The one test suite in the bundle's JUnit file."""
    (suite,) = ET.parse(bundle / "junit.xml").getroot()  # noqa: S314 - this very test had it written
    return suite


def test_a_run_leaves_one_page_with_the_rubric_above_the_table(tmp_path: Path) -> None:
    """The rubric is static HTML, and the page needs no other file."""
    source = (run_pytest(tmp_path) / "report.html").read_text()
    assert source.index('class="lc-rubric"') < source.index("pytest&#39;s own table") < source.index("results-table-head")
    page = Page(source)
    assert page.under("lc-id") == [criterion.id for criterion in RUBRIC]
    assert not page.tags("link")
    assert not any("src" in attributes for attributes in page.tags("script"))
    assert '<title id="head-title">0 of 27 PASS, REHEARSAL: Launch Control run-1</title>' in source


def test_a_run_leaves_junit_xml(tmp_path: Path) -> None:
    """It is xunit2, beside the page."""
    suite = junit_suite(run_pytest(tmp_path))
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert not any(case.get("file") for case in suite.iter("testcase"))


def test_a_parameter_cannot_write_html_into_the_table(tmp_path: Path) -> None:
    """The row of a hostile test ID holds it escaped."""
    page = Page((run_pytest(tmp_path) / "report.html").read_text())
    data = next(attributes["data-jsonblob"] for _, attributes in page.elements if "data-jsonblob" in attributes)
    assert html.escape("test_it.py::test_a[<img src=x onerror=alert(1)>]") in data
    assert '<td class=\\"col-testId\\">test_it.py::test_a[<img' not in data


def test_tests_that_print_megabytes_leave_a_page_under_one(tmp_path: Path) -> None:
    """What they printed is cut; of a deep traceback the end is there, and JUnit has it whole."""
    bundle = run_pytest(tmp_path, tests=LOUD)
    source = (bundle / "report.html").read_text()
    assert len(source.encode()) < 1_000_000
    assert html.unescape(source).count(CUT) == 3
    assert "bottom" in source
    assert (junit_suite(bundle).findtext("testcase/failure") or "").count("fall(depth - 1)") > 60


def test_the_environment_stays_out_of_the_page(tmp_path: Path) -> None:
    """Variables of a CI system are not published with the report."""
    assert "from-the-environment" not in (run_pytest(tmp_path) / "report.html").read_text()


def test_the_caller_gets_copies_where_it_asked_for_them(tmp_path: Path) -> None:
    """The bundle is complete whatever paths are given on the command line."""
    bundle = run_pytest(tmp_path, "--html=mine/page.html", "--junitxml=mine/results.xml")
    assert (tmp_path / "mine/page.html").read_bytes() == (bundle / "report.html").read_bytes()
    assert (tmp_path / "mine/results.xml").read_bytes() == (bundle / "junit.xml").read_bytes()


def test_workers_leave_the_files_to_their_controller(tmp_path: Path) -> None:
    """With xdist there is one page and one JUnit file, and both have all tests."""
    bundle = run_pytest(tmp_path, "-n2")
    assert junit_suite(bundle).get("tests") == "2"
    assert {path.name for path in bundle.iterdir()} == {"report.html", "junit.xml"}


def test_a_run_without_a_report_has_no_rubric(tmp_path: Path) -> None:
    """Nothing is claimed when nobody told what was judged."""
    source = (run_pytest(tmp_path, with_report=False) / "report.html").read_text()
    assert 'class="lc-' not in source
