"""What stands behind the verdict: each part of the page, and the sentence in its place where its files are missing."""

import json
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from fixtures.evidence.timeline import Kind, Moment
from fixtures.report.outcomes import Outcome, RunReport, Status, complete
from fixtures.report.page import MOST_BYTES, UNFINISHED, summary_html, whole_page
from fixtures.report.parts import cleanup, deployment, exchange, load, log_excerpt, timing
from fixtures.report.parts.chart import Curve, draw
from fixtures.report.rubric import BY_ID
from fixtures.report.sections import read_sections
from fixtures.wire.internet import Exchange
from tests.faults.pages import broken_parts
from tests.unit.report.report_support import (
    FACTS,
    HOSTILE,
    PREDICTION,
    Page,
    mixed,
    note,
    passed,
    predict,
    run_report,
    with_prediction,
    write_bundle,
)

GREEN = with_prediction(run_report(passed()))
SLUGS = ("deployment", "exchange", "log", "load", "cost", "timing", "cleanup", "environment", "contents")
ALWAYS = {"environment", "contents"}
"""Parts that need no file."""


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A bundle of a green run."""
    return write_bundle(tmp_path / "bundle", GREEN)


def missing(bundle: Path, report: RunReport) -> dict[str, str]:
    """The sentence of each part that is left out."""
    return {section.slug: section.missing for section in read_sections(bundle, report) if section.content is None}


# All parts


def test_a_whole_run_has_every_part_in_order(bundle: Path) -> None:
    """Each stands below the rubric under a heading of its own, and can be reached from the list of contents."""
    page = Page(summary_html(GREEN, bundle))
    ids = [attributes["id"] for attributes in page.tags("section") if "id" in attributes]
    assert [name.removeprefix("lc-part-") for name in ids if name.startswith("lc-part-")] == list(SLUGS)
    links = {attributes["href"] for attributes in page.tags("a")}
    assert {f"#lc-part-{slug}" for slug in SLUGS} <= links
    assert "lc-missing" not in summary_html(GREEN, bundle).partition("</style>")[2]


def test_a_run_that_left_nothing_says_of_each_part_why(tmp_path: Path) -> None:
    """A part is never left out without a sentence, and each names the criterion that should have brought it."""
    nothing = run_report(complete((Outcome(BY_ID["RUN-2"], Status.BLOCKED, reason="by NET-1"),), "the run was interrupted"))
    said = missing(tmp_path, replace(nothing, facts={}))
    assert set(said) == set(SLUGS) - ALWAYS
    assert said["deployment"].endswith("(RUN-2 is BLOCKED: by NET-1).")
    assert said["load"] == "No load was sent (LOAD-1 is NOT RUN: the run was interrupted)."
    page = Page(summary_html(replace(nothing, facts={}), tmp_path))
    assert [text for text in page.under("lc-missing") if text.strip()] == list(said.values())


FILES = {
    PREDICTION: "exchange",
    "logs/service.log": "log",
    "load/load.json": "load",
    "load/requests.csv": "load",
    "cost.json": "cost",
    "timeline.jsonl": "timing",
    "cleanup.json": "cleanup",
}


@pytest.mark.parametrize("file", FILES)
def test_a_missing_file_leaves_out_its_part_and_no_other(file: str, bundle: Path) -> None:
    """The rest of the page is what it was."""
    (bundle / file).unlink()
    assert set(missing(bundle, GREEN)) == {FILES[file]}


@pytest.mark.usefixtures("forgiving")
@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"items": 3}', "\x00\udc80", "a,b\n1,2\n"])
@pytest.mark.parametrize("file", [*FILES, "load/log-lines.csv"])
def test_a_broken_file_breaks_no_page(file: str, content: str, bundle: Path) -> None:
    """Cut short by a kill, or not ours: the page is written, and what could be read is shown."""
    (bundle / file).write_text(content, encoding="utf-8", errors="backslashreplace")
    page = summary_html(GREEN, bundle)
    assert 'class="lc-rubric"' in page
    assert set(missing(bundle, GREEN)) <= {FILES.get(file, "load")}
    assert ("lc-broken" in page) == any(section.broken for section in read_sections(bundle, GREEN))


def test_a_part_that_cannot_be_read_fails_our_own_tests(bundle: Path) -> None:
    """A writer and a reader that have drifted apart are found here, and not by who opens the page."""
    found = json.loads((bundle / PREDICTION).read_text())
    found["parameters"]["files"]["file"].append("one more")
    (bundle / PREDICTION).write_text(json.dumps(found))
    with pytest.raises(TypeError, match="positional arguments"):
        summary_html(GREEN, bundle)


@pytest.mark.usefixtures("forgiving")
def test_a_page_with_a_part_that_cannot_be_read_is_found_out() -> None:
    """Whichever run has left it, and wherever: the tests that make runs look at each page in the end."""
    with tempfile.TemporaryDirectory() as folder:  # none of pytest's, where every page has to be whole
        bundle = write_bundle(Path(folder, "reports", "run"), GREEN)
        (bundle / "report.html").write_text(summary_html(GREEN, bundle))
        assert broken_parts(Path(folder)) == []
        (bundle / "timeline.jsonl").write_text('{"kind": "wait"}\n')
        (bundle / "report.html").write_text(summary_html(GREEN, bundle))
        (said,) = broken_parts(Path(folder))
    assert said.startswith(f"{bundle}/report.html: What it is made from cannot be read: TypeError: timeline.jsonl lacks")


@pytest.mark.parametrize("text", [*HOSTILE, "\x1b[31mred\x1b[0m \x00 \u202e"])
def test_a_hostile_text_in_a_file_adds_no_element(text: str, tmp_path: Path) -> None:
    """A log line, a header, an answer, a tag, a file name: each is shown as text."""
    report = replace(GREEN, facts=dict.fromkeys(FACTS, text), run_id=text)
    page = Page(summary_html(report, write_bundle(tmp_path / "hostile", report, text)))
    plain = Page(summary_html(GREEN, write_bundle(tmp_path / "plain", GREEN)))
    for tag in ("script", "style", "img", "h1", "main", "b", "em"):
        assert len(page.tags(tag)) == len(plain.tags(tag)), tag
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)
    assert not set("".join(t for _, t in page.texts)) & set("\x00\x1b\u202e")


def test_a_flood_leaves_a_small_page(tmp_path: Path) -> None:
    """5 MB of log, 10,000 requests, a line of a megabyte and a thousand waits: the page stays small, and says of what."""
    bundle = write_bundle(tmp_path, GREEN, "x" * 500, count=10_000)
    with (bundle / "logs" / "service.log").open("a") as log:
        log.write("s " + "y" * 1_000_000 + "\n")
    with (bundle / "timeline.jsonl").open("a") as file:
        file.writelines((bundle / "timeline.jsonl").read_text() * 1000)
    assert (bundle / "logs" / "service.log").stat().st_size > 5_000_000
    page = summary_html(GREEN, bundle)
    assert len(page.encode()) <= MOST_BYTES
    assert "of 10,002 lines" in page
    assert missing(bundle, GREEN) == {}


def test_the_page_fetches_nothing_but_its_own_tile(bundle: Path) -> None:
    """The image is in the page; nothing is asked of a network or a disk."""
    exchange.keep_tile(Path("fixtures/satellite/tiles/held_out/desert_04.jpg"), bundle)
    source = summary_html(GREEN, bundle)
    assert [a["src"][:23] for _, a in Page(source).elements if "src" in a] == ["data:image/jpeg;base64,"]
    assert "url(" not in source
    assert "<link" not in source


# The parts, one by one


def test_the_picture_says_what_judged_each_thing(tmp_path: Path) -> None:
    """Each box has its name, and word and shape of the outcome; what the run has not seen says so."""
    report = with_prediction(run_report(mixed()))
    boxes = {box.what: box for box in deployment.read(tmp_path, report).boxes}
    assert (boxes["Task"].name, boxes["Security group"].detail) == (FACTS["Task"], "3 rules")
    assert boxes["Security group"].outcome == mixed()[1]
    assert not boxes["Log group"].known
    text = " ".join(Page(summary_html(report, write_bundle(tmp_path / "b", report))).under("lc-picture"))
    assert "Security group · NET-2 FAIL" in text
    assert "not seen" in text


def test_the_exchange_is_the_first_prediction(bundle: Path) -> None:
    """Bad input is sent to the same path later, and under another criterion: that is not it."""
    later = [
        replace(o, evidence=("evidence/0012-http-POST-predict.json",)) for o in GREEN.outcomes if o.criterion.id == "API-4"
    ]
    assert exchange.evidence_of_prediction(replace(GREEN, outcomes=(*later, *GREEN.outcomes))) == PREDICTION
    assert exchange.read(bundle, GREEN).answer.status == 200


def test_an_endpoint_that_did_not_answer_is_shown_with_its_trouble(tmp_path: Path) -> None:
    """The envelope then says why in place of an answer."""
    predict(tmp_path, Exchange("POST", "http://127.1.2.3/predict", 0, "", "", 0.0, "no answer within 30 s"))
    assert exchange.read(tmp_path, GREEN).body == "no answer within 30 s"
    assert "no answer</b>" in summary_html(GREEN, tmp_path)


def test_a_long_answer_is_shown_from_its_own_file(tmp_path: Path) -> None:
    """Its envelope only refers to it."""
    predict(tmp_path, Exchange("POST", "http://127.1.2.3/predict", 200, "text/plain", "word " * 9_000, 0.1))
    assert len(list((tmp_path / "evidence" / "bulk").iterdir())) == 1
    assert exchange.read(tmp_path, GREEN).body == "word " * 9_000
    assert "word word" in summary_html(GREEN, tmp_path)


def test_a_large_image_becomes_a_small_tile_without_its_secrets(tmp_path: Path) -> None:
    """It is made anew: where the picture was taken stays out, and 12 megapixels take a few kilobytes."""
    noise = Image.effect_noise((4000, 3000), 200)
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    noise.save(tmp_path / "large.jpg", exif=exif, quality=95)
    assert b"taken at home" in (tmp_path / "large.jpg").read_bytes()
    exchange.keep_tile(tmp_path / "large.jpg", tmp_path)
    assert b"taken at home" not in (tmp_path / exchange.TILE_FILE).read_bytes()
    assert (tmp_path / exchange.TILE_FILE).stat().st_size < 50_000
    with Image.open(tmp_path / exchange.TILE_FILE) as tile:
        assert max(tile.size) == 256


def test_what_is_no_image_leaves_no_tile(tmp_path: Path) -> None:
    """The page then shows the exchange without a picture."""
    (tmp_path / "not.jpg").write_bytes(b"GIF89a")
    exchange.keep_tile(tmp_path / "not.jpg", tmp_path)
    exchange.keep_tile(tmp_path / "missing.jpg", tmp_path)
    assert not (tmp_path / exchange.TILE_FILE).exists()


def test_the_log_shows_its_ends_and_the_suites_own_line(bundle: Path) -> None:
    """What lies between is counted, and the line of the suite's own prediction is marked."""
    log = log_excerpt.read(bundle, GREEN)
    assert log.total == 41
    assert [line.number for line in log.lines] == [*range(1, 9), *range(34, 42)]
    assert [line.number for line in log.lines if line.own] == [41]
    assert "25 lines left out" in summary_html(GREEN, bundle)


def test_a_short_log_is_shown_whole(bundle: Path) -> None:
    """No line is shown twice, and nothing is said to be left out."""
    (bundle / "logs" / "service.log").write_text("s a\ns b\n")
    assert [line.text for line in log_excerpt.read(bundle, GREEN).lines] == ["a", "b"]
    assert "left out" not in Page(summary_html(GREEN, bundle)).under("lc-log")


def test_requests_and_log_lines_stand_on_one_time_axis(bundle: Path) -> None:
    """Both are counted by the seconds from the first request on, failures too."""
    read = load.read(bundle, GREEN)
    assert [(row.second, row.requests, row.log_lines) for row in read.rows] == [(n, 8, 8) for n in range(5)]
    assert [row.failures for row in read.rows] == [1, 0, 0, 0, 0]
    assert (read.rows[0].p50, read.rows[0].p99) == (7.5, 11.5)
    assert read.logged == 40


def test_a_load_whose_log_lines_nobody_counted_says_so(bundle: Path) -> None:
    """LOAD-2 did not come to it: the chart is without them, and no zero is drawn."""
    (bundle / "load" / "log-lines.csv").unlink()
    assert load.read(bundle, GREEN).rows[0].log_lines is None
    assert "Nobody looked for the load" in summary_html(GREEN, bundle)
    assert "log lines, broad" not in load.read(bundle, GREEN).rate_chart


def test_a_long_load_is_drawn_in_longer_steps(tmp_path: Path) -> None:
    """An hour has as many rows as a minute; a second without requests has no latency, and no zero."""
    bundle = write_bundle(tmp_path, GREEN, count=3000)
    samples = (bundle / "load" / "requests.csv").read_text().splitlines()
    (bundle / "load" / "requests.csv").write_text("\n".join([*samples[:9], samples[-1]]) + "\n")
    read = load.read(bundle, GREEN)
    assert len(read.rows) <= 41
    assert read.span == 10
    assert (read.rows[5].requests, read.rows[5].p50) == (0, None)


def test_the_chart_is_an_image_with_a_name_and_no_colour_of_its_own() -> None:
    """It follows the theme, grows with the page, and a gap in the values is a gap in the curve."""
    svg = draw("latency in ms", [Curve("p50", "p50", (5.0, None, 7.0))], 1)
    assert 'role="img"' in svg
    assert 'aria-label="latency in ms' in svg
    assert "viewBox" in svg.partition(">")[0]
    assert "var(--p50)" in svg
    assert svg.count("<path") == 2
    assert "#" not in svg


def test_the_timeline_shows_the_longest_waits_in_their_order(bundle: Path) -> None:
    """Short ones are only counted; a bar lies where its wait lay in the run."""
    note(bundle, Moment(Kind.WAIT, "short", GREEN.started.isoformat(), 0.01, ""))
    with (bundle / "timeline.jsonl").open("a") as file:
        file.write('{"kind": "wait", "wh')
    read = timing.read(bundle, GREEN)
    assert [(bar.what, bar.left, bar.width) for bar in read.waits] == [("INFO: started", 0.0, 2.4)]
    assert [bar.what for bar in read.criteria] == ["NET-1"]
    assert (read.more_waits, round(read.waited, 2)) == (1, 3.01)


def test_what_was_not_deleted_is_told_above_the_proof(bundle: Path) -> None:
    """The shared role stays and is no leftover; anything else that is there still is."""
    document = json.loads((bundle / "cleanup.json").read_text())
    first = document["made"][0]
    document["made"] += [first | {"deleted_at": ""}, first | {"deleted_at": "", "stays": True}]
    (bundle / "cleanup.json").write_text(json.dumps(document))
    assert cleanup.read(bundle, GREEN).left == 1
    page = summary_html(GREEN, bundle)
    assert "1 thing of this run is not deleted" in page
    assert "NOT DELETED" in page


@pytest.mark.parametrize(("mode", "meaning"), [("LIVE", "Billed by AWS"), ("REHEARSAL", "Nothing was billed")])
def test_the_receipt_says_whether_it_was_paid(mode: str, meaning: str, bundle: Path) -> None:
    """Nobody takes the price of a rehearsal for a bill."""
    assert meaning in " ".join(Page(summary_html(replace(GREEN, mode=mode), bundle)).under("lc-part"))


def test_the_manifest_comes_with_the_command_that_checks_it(bundle: Path) -> None:
    """It is written after the page, which only says how to use it."""
    page = Page(summary_html(GREEN, bundle))
    assert page.under("lc-command") == ["sha256sum -c manifest-sha256.txt"]
    assert "manifest-sha256.txt" in {a["href"] for a in page.tags("a")}


# Runs that did not end


def test_an_unfinished_run_leaves_a_page_that_is_no_verdict() -> None:
    """Even with every criterion PASS: it says that it is unfinished, in the title's place and in the verdict."""
    report = replace(GREEN, problems=(UNFINISHED,))
    source = whole_page(report)
    page = Page(source)
    assert page.tags("html") == [{"lang": "en"}]
    assert "lc-green" not in source.partition("</style>")[2]
    assert any("has not ended" in text for text in page.under("lc-problems"))
