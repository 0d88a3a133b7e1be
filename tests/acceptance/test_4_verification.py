"""Step 4: the API answers from the internet, and CloudWatch shows it."""

import re

import pytest

from fixtures.diagnosis.answers import DOCS, NO_REASON, PREDICT, REFUSED, ROOT
from fixtures.diagnosis.diagnosis import diagnose_answer
from fixtures.launch.contract import answers_still, docs_flaw, refused_with_reason
from fixtures.launch.inquiry import trouble_of
from fixtures.launch.marks import is_of_the_probe
from fixtures.resources.logs import read_lines
from fixtures.resources.service import tasks_of
from load.classification import classified

STARTED = re.compile(
    r"startup[ _]?(complete|done|finished)|(running|listening|serving) (at|on):? (https?:|\S*:\d|port)|started server"
    r"|\b(service|server|app|application|api)[ _]?(has |is |was )?(started|ready|up)\b|ready to (serve|accept)"
    r"|(?<!no )(?<!not |n't )(?<!never )(?<!not be |n't be )\b((model|(?<!\s0 )(?<!^0 )models|"
    r"classifier|weights|checkpoint|pipeline)[ _]((?!not\b|\W?none\b|\w{2,5}n't)[\w'\"]{0,30}[\d.'\"-]"
    r"[\w.'\"-]{0,30} )?((weights|labels|and|has|have|been|was|were|is|are|successfully|now)[ _]){0,4}"
    r"(loaded|ready|initiali[sz]ed|load(ing)? completed?\b(?! with (?!no |0 )[\w ]{0,20}(error|fail)))"
    r"(?!\W{1,4}((false|none|null)\b|no\W{0,4}$))|(finished|done) loading(?! 0 )|ready[ _](the )?model"
    r"|loaded[ _](?!no\b|without\b|wrong\b|0 )([\w.+-]{1,40}[ _]){0,3}(model|classifier|weights|checkpoint|pipeline))"
    r"|mod(elo|[eè]le|ell|ello) ((se|est|ist|è|a|ha|wurde|été|stato|sido|bien|correctamente|correctement|erfolgreich) ){0,3}"
    r"(charg[eé]|cargado|carregado|caricato|geladen)|model ((ba[sş]ar[iı]yla|berhasil|telah|sudah) ){0,2}(yüklendi|dimuat)"
    r"|модель ((была|успешно) ){0,2}загружена|mô hình (đã |được ){1,2}tải(?! (thất|lỗi|không))|모델 (로드|로딩) ?(완료|성공)"
    r"|モデル[^未]{0,3}(ロード|読み込み)[をがには]?(正常に)?(しました|完了|成功)|模型[^未没不]{0,2}加载(成功|完成)",
    re.IGNORECASE,
)
"""What servers and applications say when they are ready; that a model is `running on cpu` is no such line."""

NO_IMAGES = (
    ("not-an-image.txt", "text/plain", b"This is no image."),
    ("not-an-image.jpg", "image/jpeg", b"This is no image. " * 70),
    ("empty.jpg", "image/jpeg", b""),
    ("broken.jpg", "image/jpeg", b"\xff\xd8\xff\xe0 This begins as a JPEG does, and is none. " * 30),
)
"""Of several kinds, some as long as a tile, and under false flags."""


@pytest.mark.criterion("API-1")
def test_the_root_answers(run, first_answer, task, task_definition, names, claim):
    """GET / answers 200.

    The first sign of life: address, route, security group, port and application all work together.
    """
    told = "; ".join(filter(None, [str(first_answer), trouble_of(run, first_answer, task, task_definition)]))
    found = diagnose_answer(ROOT, told, names)
    claim(expected="200", observed=f"{found.cause}: {told}", advice=found.advice)
    assert first_answer.status == 200


@pytest.mark.criterion("API-2")
def test_the_documentation_is_served(api, openapi, names, claim):
    """GET /docs answers 200 with the API's documentation.

    FastAPI makes it from the code: who can read it can use the API, as far as /predict is in it.
    """
    docs = api.get("/docs")
    documents = re.search(r"swagger|redoc|openapi", docs.text, re.IGNORECASE)
    flaw = docs_flaw(docs.text, openapi) if documents and docs.status == 200 else ""
    found = diagnose_answer(DOCS, f"{docs} {flaw or docs.text}", names)
    claim(
        expected="200, an HTML page (Swagger UI, ReDoc, an OpenAPI document) that shows the API with its POST /predict",
        observed=f"{found.cause}: {docs}{f'; {flaw}' * bool(flaw)}",
        advice=found.advice,
    )
    assert docs.status == 200
    assert documents
    assert flaw == ""


@pytest.mark.criterion("API-3")
def test_a_satellite_image_is_classified(run, settings, prediction, contract, task, task_definition, names, claim):
    """POST /predict with a satellite image answers with a classification.

    A 200 alone proves little: the answer has to be JSON that names a class, and keep what the API's own docs promise; and
    so have those to tiles of other classes and sizes. Whether the class is right is shown, and not judged.
    """
    named = classified(contract.answer.json()) if contract.answer.status == 200 else None
    found_in_it = f"{named} was found" if named else ""
    in_log = trouble_of(run, contract.answer, task, task_definition)
    told = "; ".join(filter(None, [str(contract.answer), *contract.faults, found_in_it, in_log, contract.accuracy]))
    found = diagnose_answer(PREDICT, told, names)
    schema = settings.predict_schema.get("title", "that was given")
    claim(
        expected=f"200 with JSON that names a class, by the schema '{schema}'",
        observed=f"{found.cause}: {told}" if contract.faults else told,
        advice=f"Try it: `curl {prediction.url} -F 'file=@{contract.file};type=image/jpeg'`. {found.advice}",
    )
    assert prediction.status == 200
    assert contract.faults == ()


@pytest.mark.criterion("API-4")
def test_what_is_not_an_image_is_refused(
    aws, run, launch, task, task_definition, api, first_answer, prediction, names, claim
):
    """What is not an image gets a 4xx with a reason, and the service lives on.

    The internet sends everything to port 80, under any name. A 500 says that nobody thought of it.
    """
    answers = [api.post_file("/predict", name, content, kind) for name, kind, content in NO_IMAGES]
    refused = next((answer for answer in answers if not refused_with_reason(answer)), answers[0])
    afterwards, tasks = api.get("/"), [t.id for t in tasks_of(aws, launch.service)]
    in_log = trouble_of(run, refused, task, task_definition)
    reasoned = refused_with_reason(refused)
    wordless = 400 <= refused.status < 500 and not reasoned
    found = diagnose_answer(REFUSED, "; ".join(filter(None, [str(refused), NO_REASON * wordless, in_log])), names)
    lives = answers_still(first_answer, afterwards)
    right = reasoned and lives and tasks == [task.id]
    seen = f"{found.said}; then {afterwards.status or afterwards.trouble} from {', '.join(tasks) or 'no task'}"
    claim(
        expected=f"a 4xx that says why; GET / still answers {first_answer.status} from task {task.id}",
        observed=seen if right else f"{found.cause}: {seen}",
        advice=found.advice,
    )
    assert prediction.status == 200  # a 4xx to everything is no answer to bad input
    assert reasoned
    assert lives
    assert tasks == [task.id]


@pytest.mark.criterion("LOG-1")
def test_the_startup_is_in_the_log(aws, run, task_definition, task, claim):
    """The application's startup lines are in the task's CloudWatch stream.

    They say that the model was loaded and where the server listens; yesterday's task's lines prove nothing.
    """
    group, stream = task_definition.log_options["awslogs-group"], task_definition.log_stream(task.id)
    lines = run.waiter.settle(
        "startup lines in CloudWatch",
        lambda: read_lines(aws, group, stream=stream),
        lambda seen: any(STARTED.search(line.text) for line in seen),
        run.settings.patience.log,
        lambda seen: f"{len(seen)} lines",
    )
    claim(
        expected=f"a line such as 'Application startup complete.' in {group}, stream {stream}",
        observed="\n".join([about_startup(aws, group, lines), *(line.text for line in lines[:10])]),
        advice="let it log to stdout or stderr, no file, and at once (ENV PYTHONUNBUFFERED=1 in the Dockerfile); "
        "leave uvicorn at its log level: no `--log-level` above info, no logging.disable(), a dictConfig or fileConfig "
        f"with disable_existing_loggers=False. See what comes: `aws logs tail {group} --since 10m`",
    )
    assert any(STARTED.search(line.text) for line in lines)


@pytest.mark.criterion("LOG-2")
def test_the_prediction_is_in_the_log(aws, run, task_definition, task, prediction, released, claim):
    """The suite's own prediction is in the log: this task answered it.

    The request carried a mark of this run, so its line cannot be anybody else's.
    """
    group, stream = task_definition.log_options["awslogs-group"], task_definition.log_stream(task.id)
    mark = run.settings.run_id
    lines = run.waiter.settle(
        "prediction in CloudWatch",
        lambda: [line for line in read_lines(aws, group, mark) if is_of_the_probe(line.text, mark)],
        bool,
        run.settings.patience.log,
        lambda seen: f"{len(seen)} lines",
    )
    claim(
        expected=f"a line with {mark} in stream {stream} after {prediction.method} {prediction.url}, and in no other",
        observed="\n".join([about_prediction(lines, stream), *(f"{line.stream}: {line.text}" for line in lines)]),
        advice="leave uvicorn's access log as it is: no `--no-access-log`, no filter on `uvicorn.access`, the path with its "
        "query, or in a log of its own the request's X-Request-ID or X-Correlation-ID; and nothing in front of the task. "
        f"See what is logged: `aws logs tail {group} --since 10m`",
    )
    assert prediction.status == 200
    assert {line.stream for line in lines} == {stream}


def about_startup(aws, group, lines):
    """What the task's stream has, in a sentence; where it is empty, which others are not."""
    if lines:
        return f"{len(lines)} lines, of them {sum(bool(STARTED.search(line.text)) for line in lines)} of a start:"
    others = sorted({line.stream for line in read_lines(aws, group)})
    return f"nothing was written to it; other streams with lines: {', '.join(others) or 'none'}"


def about_prediction(lines, stream):
    """Who has logged the prediction, in a sentence."""
    if not lines:
        return (
            "no line has it: requests are not logged, or without their query, or something else answers in the task's place"
        )
    others = {line.stream for line in lines} - {stream}
    return "others have logged it, so they answered, or log in the task's place:" if others else "the task has logged it:"
