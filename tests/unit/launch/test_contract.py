"""The contract of /predict accepts any reasonable classifier, and nothing that only looks like one."""

import json

import jsonschema
import pytest

from fixtures.launch.classification import classified, flaws
from fixtures.launch.contract import faults_of, goes_by_the_name
from fixtures.launch.endpoint import Exchange
from fixtures.launch.promise import broken, promised, violations
from fixtures.settings.options import ROOT

SCHEMA = json.loads((ROOT / "fixtures" / "predict.schema.json").read_text())
REASONABLE = [
    {"label": "desert", "confidence": 0.93, "scores": {"desert": 0.93, "ocean": 0.07}},
    {"class": "Forest"},
    {"class_name": "SeaLake", "probability": 1},
    {"predicted_class": 3, "confidence": 0.0},
    {"predicted_label": "ice", "error": None},
    {"prediction": "river", "score": 0.5},
    {"prediction": {"label": "river", "confidence": 0.5}},
    {"predictions": [{"label": "river", "score": 0.5}, {"label": "sea", "score": 0.2}]},
    {"category": "cloud", "model": "v2", "success": True},
    {"label": "Nonexistent errors"},
    {"prediction": "Uncertain", "confidence": 0.41},
    {"success": True, "result": [{"label": "Forest", "confidence": 0.9}, {"label": "River", "confidence": 0.1}]},
    {"Forest": 0.9, "River": 0.1},
    {"probabilities": {"Forest": 0.7, "River": 0.3}},
    {"diagnostic": "Forest", "confiance": 0.9},
    {"data": {"output": {"klasse": "Wald", "wahrscheinlichkeit": 0.7}}},
    {"categor\u00eda": "bosque", "confianza": 0.7},
    {"pr\u00e9diction": "for\u00eat", "probabilit\u00e9": 0.7},
    {"previsione": "bosco"},
    {"predictions": [["Forest", 0.9], ["River", 0.1]]},
    {"classes": ["Forest", "River"], "probabilities": [0.1, 0.9]},
    {"top5": [{"name": "Forest", "prob": 0.9}]},
    [{"label": "Forest", "score": 0.9}],
    {"filename": "desert_04.jpg", "size": 1145, "prediction": "Forest", "probability": 0.5},
    {"predictedClass": "Forest", "inferenceTimeMs": 31.2},
    {"what_it_shows": "Forest", "how_sure": 0.77},
    {"status": "success", "message": "ok", "data": {"class": "River"}},
]
UNREASONABLE = [
    {},
    [],
    "desert",
    None,
    {"error": "model not loaded"},
    {"label": "desert", "error": "model not loaded"},
    {"label": ""},
    {"label": " "},
    {"label": "error"},
    {"label": "Error: model not loaded", "confidence": 0.5},
    {"label": "None"},
    {"label": "desert", "success": False},
    {"label": None, "confidence": 0.9},
    {"label": "desert", "confidence": 1.7},
    {"label": "desert", "confidence": -0.1},
    {"label": "desert", "confidence": "high"},
    {"prediction": {}},
    {"predictions": []},
    {"status": "ok"},
    {"status": "online", "model_loaded": True},
    {"status": "failed", "label": "x"},
    {"message": "received", "size": 0.3},
    {"accuracy": 0.5, "loss": 0.5},
    {"filename": "forest.jpg", "content_type": "image/jpeg"},
    {"detail": "Not Found"},
    {"result": []},
    {"Forest": 0.9, "River": 0.9},
    {"data": {"label": ""}, "confidence": 0.5},
    {"prediction": "Forest", "confiance": 98.2},
    {"probabilities": [0.9, 0.1]},
]
OPENAPI = {
    "openapi": "3.1.0",
    "paths": {
        "/predict": {
            "post": {
                "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Answer"}}}}}
            }
        }
    },
    "components": {"schemas": {"Answer": {"type": "object", "required": ["label", "took_ms"]}}},
}


def document(text):
    """The answer to GET /openapi.json."""
    return Exchange("GET", "http://127.0.0.1/openapi.json", 200 if text else 404, "application/json", text, 0.1)


@pytest.mark.parametrize("answer", REASONABLE, ids=json.dumps)
def test_a_reasonable_answer_keeps_the_contract(answer):
    """Learners call the same things by other names."""
    assert broken(json.dumps(answer), None, "") == []


@pytest.mark.parametrize("answer", UNREASONABLE, ids=json.dumps)
def test_what_names_no_class_breaks_the_contract(answer):
    """JSON alone is no classification, and an error with a label is still an error."""
    assert broken(json.dumps(answer), None, "")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"class_id": 3, "class_name": "Forest", "confidence": 0.9}, "class 'Forest', confidence 0.9, at $.class_name"),
        ({"result": [{"label": "River"}]}, "class 'River', at $.result[0].label"),
        ({"Forest": 0.1, "River": 0.9}, "class 'River', confidence 0.9, at $"),
        ({"labels": ["a", "b"], "scores": [0.2, 0.8]}, "class 'b', confidence 0.8, at $.labels[1]"),
    ],
)
def test_it_is_told_which_class_was_taken_and_from_where(answer, told):
    """So that nobody has to guess."""
    assert str(classified(answer)) == told


def test_an_answer_without_a_class_is_told_by_its_keys():
    """And how to say where the class is."""
    (told,) = flaws({"status": "ok", "items": 3})
    assert "its keys are status, items" in told
    assert "--predict-schema" in told


@pytest.mark.parametrize(
    "answer",
    [
        [[[]]] * 3000,
        {"a" * 5000: 1},
        {str(n): n for n in range(9000)},
        [0] * 99_999,
        {str(n): [1] for n in range(99_999)},
        {"a" * 999_999: {str(n): {} for n in range(99_999)}},
    ],
    ids=["lists", "a name", "numbers", "zeros", "lists of one", "places of a long name"],
)
def test_an_endless_answer_is_read_to_a_bound(answer):
    """It is a stranger's."""
    assert classified(answer) is None


def test_the_schema_is_a_schema():
    """It can be used as a model for one's own."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_the_apis_own_promise_is_found_behind_its_references():
    """FastAPI declares the answer as a reference into its components."""
    assert violations({"label": "desert", "took_ms": 3}, promised(OPENAPI)) == []
    assert violations({"label": "desert"}, promised(OPENAPI)) == ["$: 'took_ms' is a required property"]


@pytest.mark.parametrize("openapi", [None, [], {}, {"paths": {}}, {"paths": {"/predict": {"post": {"responses": {}}}}}])
def test_an_api_that_promises_nothing_breaks_no_promise(openapi):
    """No openapi.json, or none for /predict."""
    assert violations({"anything": 1}, promised(openapi)) == []


@pytest.mark.parametrize("text", ["<html>error</html>", '{"label": "x", "confidence": NaN}', "", "{"])
def test_what_is_no_json_is_none(text):
    """NaN is what Python writes for a broken confidence, and no JSON."""
    assert Exchange("POST", "http://127.0.0.1/predict", 200, "application/json", text, 0.1).json() is None


@pytest.mark.parametrize(
    "reference", ["http://127.0.0.1:9/x.json", "https://example.com/x.json", "file:///etc/hostname", "#/nope"]
)
def test_a_reference_out_of_the_schema_is_not_followed(reference):
    """The judged deployment writes its own openapi.json: it must not choose what the grader's machine opens."""
    (told,) = violations({"label": "x"}, {"$ref": reference})
    assert told == f"the schema refers to {reference.removeprefix('#')}, which is not in it"


@pytest.mark.parametrize(
    ("status", "kind", "text", "faults"),
    [
        (200, "application/json", '{"label": "x"}', []),
        (200, "application/problem+json; charset=utf-8", '{"label": "x"}', []),
        (201, "application/json", '{"label": "x"}', ["not 200"]),
        (200, "text/plain", '{"label": "x"}', ["content type text/plain"]),
        (200, "text/html", "<h1>error</h1>", ["content type text/html", "not JSON"]),
    ],
)
def test_an_answer_that_does_not_call_itself_json_is_no_classification(status, kind, text, faults):
    """Clients go by the status and the content type before they read."""
    assert faults_of(Exchange("POST", "http://127.0.0.1/predict", status, kind, text, 0.1), SCHEMA, document("")) == faults


def test_an_answer_that_breaks_the_apis_own_promise_is_told_so():
    """Whose promise it is, says where to mend it."""
    answer = Exchange("POST", "http://127.0.0.1/predict", 200, "application/json", '{"label": "x"}', 0.1)
    assert faults_of(answer, SCHEMA, document(json.dumps(OPENAPI))) == [
        "its own openapi.json: $: 'took_ms' is a required property"
    ]


def named(label, confidence=0.9):
    """An answer that names this class."""
    text = json.dumps({"label": label, "confidence": confidence})
    return Exchange("POST", "http://127.0.0.1/predict", 200, "application/json", text, 0.1)


@pytest.mark.parametrize(
    ("by_name", "by_old_name", "found"),
    [
        (named("ocean"), named("desert"), 1),  # it goes by the name
        (named("desert"), named("desert"), 0),
        (named("desert", 0.4), named("desert", 0.7), 0),
        (named("ocean"), named("snow"), 0),  # it is never the same, as of a model that still trains
        (named("ocean"), named("desert", 0.3), 0),
        (document("{}"), named("desert"), 0),
    ],
)
def test_a_class_that_goes_by_the_files_name_is_found(by_name, by_old_name, found):
    """And a model that is only bad, or never sure, is left alone."""
    assert len(goes_by_the_name(named("desert"), lambda name: by_name if name else by_old_name)) == found
