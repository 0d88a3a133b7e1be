"""Step 4: the API answers from the internet, and CloudWatch shows it."""

import re

import pytest

from fixtures.contract import violations
from fixtures.endpoint import PROBE
from fixtures.logs import read_lines
from fixtures.service import tasks_of

STARTED = re.compile(r"startup complete|running on|listening (at|on)|started server", re.IGNORECASE)


@pytest.mark.criterion("API-1")
def test_the_root_answers(first_answer, claim):
    """GET / answers 200.

    The first sign of life: address, route, security group, port and application all work together.
    """
    claim(
        expected="200",
        observed=first_answer,
        advice="let the application listen on 0.0.0.0 port 80 and answer GET /; its log says where it listens",
    )
    assert first_answer.status == 200


@pytest.mark.criterion("API-2")
def test_the_documentation_is_served(api, claim):
    """GET /docs answers 200 with the API's documentation.

    FastAPI makes it from the code: who can read it can use the API.
    """
    docs = api.get("/docs")
    claim(
        expected="200, an HTML page that shows the API (Swagger UI, ReDoc, an OpenAPI document)",
        observed=docs,
        advice="leave FastAPI's docs on: `FastAPI(docs_url='/docs')`",
    )
    assert docs.status == 200
    assert re.search(r"swagger|redoc|openapi", docs.text, re.IGNORECASE)


@pytest.mark.criterion("API-3")
def test_a_satellite_image_is_classified(settings, prediction, openapi_schema, claim):
    """POST /predict with a satellite image answers with a classification.

    A 200 alone proves little: the answer has to be JSON that names a class, and keep what the API's own docs promise.
    """
    answer = prediction.json()
    broken = violations(answer, settings.predict_schema) + violations(answer, openapi_schema)
    claim(
        expected=f"200 with a classification in JSON ({settings.predict_schema.get('title', 'the given schema')})",
        observed=prediction if prediction.status != 200 or not broken else f"{prediction}: {'; '.join(broken)}",
        advice=f"try it: `curl -X POST {prediction.url} -F 'file=@{settings.test_image.name};type=image/jpeg'`, and let the "
        "answer name a class",
    )
    assert prediction.status == 200
    assert answer is not None
    assert broken == []


@pytest.mark.criterion("API-4")
def test_what_is_not_an_image_is_refused(aws, launch, task, api, prediction, claim):
    """What is not an image gets a 4xx with a reason, and the service lives on.

    The internet sends everything to port 80. A 500 says that nobody thought of it.
    """
    refused = api.post_file("/predict", "not-an-image.txt", b"This is no image.", "text/plain")
    afterwards, tasks = api.get("/"), [t.id for t in tasks_of(aws, launch.service)]
    claim(
        expected=f"a 4xx that says why; GET / still answers 200 from task {task.id}",
        observed=f"{refused}; then {afterwards.status or afterwards.trouble} from {', '.join(tasks) or 'no task'}",
        advice="catch Pillow's UnidentifiedImageError and answer: `raise HTTPException(400, 'this is no image')`",
    )
    assert prediction.status == 200  # a 4xx to everything is no answer to bad input
    assert 400 <= refused.status < 500
    assert refused.text.strip()
    assert afterwards.status == 200
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
        observed="\n".join(line.text for line in lines[:10]) or "no line at all",
        advice="let the application log to stdout or stderr, and uvicorn at its default log level",
    )
    assert any(STARTED.search(line.text) for line in lines)


@pytest.mark.criterion("LOG-2")
def test_the_prediction_is_in_the_log(aws, run, task_definition, task, prediction, claim):
    """The suite's own prediction is in the log: this task answered it.

    The request carried a mark of this run, so its line cannot be anybody else's.
    """
    group, stream = task_definition.log_options["awslogs-group"], task_definition.log_stream(task.id)
    mark = f"{PROBE}={run.settings.run_id}"
    lines = run.waiter.settle(
        "prediction in CloudWatch",
        lambda: read_lines(aws, group, mark),
        bool,
        run.settings.patience.log,
        lambda seen: f"{len(seen)} lines",
    )
    claim(
        expected=f"a line with {mark} in stream {stream} after {prediction.method} {prediction.url}, and in no other",
        observed="\n".join(f"{line.stream}: {line.text}" for line in lines) or "no line with it",
        advice="leave uvicorn's access log on: no `--no-access-log`, log level info",
    )
    assert prediction.status == 200
    assert {line.stream for line in lines} == {stream}
