"""The contract of /predict accepts any reasonable classifier, and nothing that only looks like one."""

import json
from dataclasses import replace
from types import SimpleNamespace

import jsonschema
import pytest

from fixtures.evidence.recorder import Recorder
from fixtures.launch import contract as contracts
from fixtures.launch.contract import accuracy, answers_still, contract, docs_flaw, faults_of, goes_by_the_name
from fixtures.launch.endpoint import Exchange
from fixtures.launch.promise import broken, is_plain, promised, violations
from fixtures.settings.options import HELD_OUT_TILES, ROOT
from load.classification import classified, flaws

SCHEMA = json.loads((ROOT / "fixtures" / "predict.schema.json").read_text())
REASONABLE = [
    (
        {"label": "desert", "confidence": 0.93, "scores": {"desert": 0.93, "ocean": 0.07}},
        "class 'desert', confidence 0.93, at $.label",
    ),
    ({"class": "Forest"}, "class 'Forest', at $.class"),
    ({"class_name": "SeaLake", "probability": 1}, "class 'SeaLake', confidence 1, at $.class_name"),
    ({"predicted_class": 3, "confidence": 0.0}, "class '3', confidence 0, at $.predicted_class"),
    ({"predicted_label": "ice", "error": None}, "class 'ice', at $.predicted_label"),
    ({"prediction": "river", "score": 0.5}, "class 'river', confidence 0.5, at $.prediction"),
    ({"prediction": {"label": "river", "confidence": 0.5}}, "class 'river', confidence 0.5, at $.prediction.label"),
    (
        {"predictions": [{"label": "river", "score": 0.5}, {"label": "sea", "score": 0.2}]},
        "class 'river', confidence 0.5, at $.predictions[0].label",
    ),
    ({"category": "cloud", "model": "v2", "success": True}, "class 'cloud', at $.category"),
    ({"label": "Nonexistent errors"}, "class 'Nonexistent errors', at $.label"),
    ({"prediction": "Uncertain", "confidence": 0.41}, "class 'Uncertain', confidence 0.41, at $.prediction"),
    (
        {"success": True, "result": [{"label": "Forest", "confidence": 0.9}, {"label": "River", "confidence": 0.1}]},
        "class 'Forest', confidence 0.9, at $.result[0].label",
    ),
    ({"Forest": 0.9, "River": 0.1}, "class 'Forest', confidence 0.9, at $"),
    ({"probabilities": {"Forest": 0.7, "River": 0.3}}, "class 'Forest', confidence 0.7, at $.probabilities"),
    ({"diagnostic": "Forest", "confiance": 0.9}, "class 'Forest', confidence 0.9, at $.diagnostic"),
    (
        {"data": {"output": {"klasse": "Wald", "wahrscheinlichkeit": 0.7}}},
        "class 'Wald', confidence 0.7, at $.data.output.klasse",
    ),
    ({"categor\u00eda": "bosque", "confianza": 0.7}, "class 'bosque', confidence 0.7, at $.categor\u00eda"),
    ({"pr\u00e9diction": "for\u00eat", "probabilit\u00e9": 0.7}, "class 'for\u00eat', confidence 0.7, at $.pr\u00e9diction"),
    ({"previsione": "bosco"}, "class 'bosco', at $.previsione"),
    ({"predictions": [["Forest", 0.9], ["River", 0.1]]}, "class 'Forest', confidence 0.9, at $.predictions[0]"),
    ({"classes": ["Forest", "River"], "probabilities": [0.1, 0.9]}, "class 'River', confidence 0.9, at $.classes[1]"),
    ({"top5": [{"name": "Forest", "prob": 0.9}]}, "class 'Forest', confidence 0.9, at $.top5[0].name"),
    ([{"label": "Forest", "score": 0.9}], "class 'Forest', confidence 0.9, at $[0].label"),
    (
        {"filename": "desert_04.jpg", "size": 1145, "prediction": "Forest", "probability": 0.5},
        "class 'Forest', confidence 0.5, at $.prediction",
    ),
    ({"predictedClass": "Forest", "inferenceTimeMs": 31.2}, "class 'Forest', at $.predictedClass"),
    ({"what_it_shows": "Forest", "how_sure": 0.77}, "class 'Forest', confidence 0.77, at $.what_it_shows"),
    ({"status": "success", "message": "ok", "data": {"class": "River"}}, "class 'River', at $.data.class"),
    ({"Predicted Class": "Forest", "Confidence Score": "0.98"}, "class 'Forest', confidence 0.98, at $.Predicted Class"),
    ({"predicted-class": "Forest", "status-code": 200}, "class 'Forest', at $.predicted-class"),
    (
        {"landUse": "Forest", "confidence": 0.9, "modelVersion": "v1", "fileName": "a.jpg"},
        "class 'Forest', confidence 0.9, at $.landUse",
    ),
    ({"predicted_land_use": "Forest"}, "class 'Forest', at $.predicted_land_use"),
    ({"classified_as": "Forest"}, "class 'Forest', at $.classified_as"),
    (
        {"clase_predicha": "bosque", "descripcion": "zona verde", "confianza": 0.9},
        "class 'bosque', confidence 0.9, at $.clase_predicha",
    ),
    (
        {"\u043a\u043b\u0430\u0441\u0441": "\u043b\u0435\u0441"},
        "class '\u043b\u0435\u0441', at $.\u043a\u043b\u0430\u0441\u0441",
    ),
    ({"\u7c7b\u522b": "\u68ee\u6797"}, "class '\u68ee\u6797', at $.\u7c7b\u522b"),
    (
        {"disease": "Forest", "confidence": 0.98, "status": "success", "ai_explanation": "It is green. " * 20},
        "class 'Forest', confidence 0.98, at $.disease",
    ),
    ({"predicted_class": [3], "confidence": [0.9]}, "class '3', at $.predicted_class[0]"),
    (
        {"predictions": [["n02504013", "Forest", 0.82], ["n01871265", "River", 0.11]]},
        "class 'Forest', confidence 0.82, at $.predictions[0]",
    ),
    ({"result": [[0.9, "Forest"], [0.1, "River"]]}, "class 'Forest', confidence 0.9, at $.result[0]"),
    ({"top_predictions": [{"Forest": 0.95}, {"River": 0.03}]}, "class 'Forest', confidence 0.95, at $.top_predictions"),
    ({"prediction": {"Forest": 0.98}}, "class 'Forest', confidence 0.98, at $.prediction"),
    ({"Forest": "0.9", "River": "0.1"}, "class 'Forest', confidence 0.9, at $"),
    (
        {"prediction": "Forest", "confidence": 0.97, "confidence_display": "97.20%"},
        "class 'Forest', confidence 0.97, at $.prediction",
    ),
    (
        {"label": "Forest", "confidence": 0.47, "confidence_level": "low", "low_confidence": True},
        "class 'Forest', confidence 0.47, at $.label",
    ),
    ({"label": "Forest", "confidence": 0.9, "score": 12.3}, "class 'Forest', confidence 0.9, at $.label"),
    ({"label": "Forest", "is_confident": True}, "class 'Forest', at $.label"),
    (["Forest", 0.98], "class 'Forest', confidence 0.98, at $"),
    (
        {"predicted_class": "Forest", "confidence": 0.9, "drift": {"detected": False, "score": 3.2}},
        "class 'Forest', confidence 0.9, at $.predicted_class",
    ),
    ({"class": "Forest", "confidence_percent": 98.2}, "class 'Forest', confidence 0.982, at $.class"),
    ({"class": "Forest", "probability_pct": "98.2%"}, "class 'Forest', confidence 0.982, at $.class"),
    ({"class_id": 3, "class_name": "Forest", "confidence": 0.9}, "class 'Forest', confidence 0.9, at $.class_name"),
    ({"result": [{"label": "River"}]}, "class 'River', at $.result[0].label"),
    ({"Forest": 0.1, "River": 0.9}, "class 'River', confidence 0.9, at $"),
    ({"labels": ["a", "b"], "scores": [0.2, 0.8]}, "class 'b', confidence 0.8, at $.labels[1]"),
    ({"labels": ["a", "b"], "scores": ["0.2", "0.8"]}, "class 'b', confidence 0.8, at $.labels[1]"),
    ({"tagId": "5a6f", "tagName": "Forest", "probability": 0.9}, "class 'Forest', confidence 0.9, at $.tagName"),
    ({"land": "Forest", "class_index": 7, "confidence": 0.9}, "class 'Forest', confidence 0.9, at $.land"),
    ({"result": "success", "data": {"class": "River"}}, "class 'River', at $.data.class"),
    (
        {"scores": [{"class": "a", "score": 0.1}, {"class": "b", "score": 0.9}]},
        "class 'b', confidence 0.9, at $.scores[1].class",
    ),
    ({"label": "Forest", "confidence_percent": 98}, "class 'Forest', confidence 0.98, at $.label"),
    ({"label": "Forest", "area": 0.3}, "class 'Forest', at $.label"),
    ({"label": "Forest", "verified": False, "upload": "failed"}, "class 'Forest', at $.label"),
    ({"label": "Forest", "error": False, "errors": [], "exception": ""}, "class 'Forest', at $.label"),
    ({"label": "F" * 80}, f"class '{'F' * 80}', at $.label"),
    ({"result": [["Forest", "0.9"]]}, "class 'Forest', confidence 0.9, at $.result[0]"),
    (
        {"predictions": [{"label": "a"}, {"label": "b", "score": 0.9}]},
        "class 'b', confidence 0.9, at $.predictions[1].label",
    ),
    ([{"Forest": 0.6, "River": 0.4}, {"Forest": 0.1, "River": 0.9}], "class 'Forest', confidence 0.6, at $[0]"),
    ({"prediction": ["Forest", 0.9]}, "class 'Forest', confidence 0.9, at $.prediction[0]"),
    ({"prediction": ["Forest", "River"]}, "class 'Forest', at $.prediction[0]"),
    ({"prediction": ["Forest", 0.9, 0.8]}, "class 'Forest', at $.prediction[0]"),
    ({"top_3": {"Forest": 0.5, "River": 0.2}}, "class 'Forest', confidence 0.5, at $.top_3"),
    ({"class_scores": {"Forest": 0.5}}, "class 'Forest', confidence 0.5, at $.class_scores"),
    ({"Forest": 0.6, "River": 0.4, "confidence": 0.6}, "class 'Forest', confidence 0.6, at $"),
    ({"Forest": 0.61, "River": 0.4}, "class 'Forest', confidence 0.61, at $"),
    ({"image": "forest_04.jpg", "predicted_class": 3, "confidence": 0.9}, "class '3', confidence 0.9, at $.predicted_class"),
    ({"upload": "forest_04.jpg", "class_index": 3, "confidence": 0.9}, "class '3', confidence 0.9, at $.class_index"),
    ({"inputs": [{"name": "a_04.jpg"}], "outputs": {"class": "Forest"}}, "class 'Forest', at $.outputs.class"),
    ({"warnings": [{"name": "deprecated"}], "outputs": {"class": "Forest"}}, "class 'Forest', at $.outputs.class"),
    ({"backend": "onnx", "confidence": 0.9, "class_id": 4}, "class '4', confidence 0.9, at $.class_id"),
    ({"class_to_idx": {"Forest": 0}, "prediction": {"class": "River"}}, "class 'River', at $.prediction.class"),
    ({"Predicted Class": "Forest", "Confidence (%)": 97}, "class 'Forest', confidence 0.97, at $.Predicted Class"),
    ({"predictions": [{"label": "a"}, {"label": "b"}]}, "class 'a', at $.predictions[0].label"),
    ({"predictions": [[0.1, 0.9]], "labels": ["Forest", "River"]}, "class 'River', confidence 0.9, at $.labels[1]"),
    (
        {"predictions": [{"ids": ["7", "8"], "displayNames": ["Forest", "River"], "confidences": [0.1, 0.9]}]},
        "class 'River', confidence 0.9, at $.predictions[0].displayNames[1]",
    ),
    (
        {"predictions": {"Forest": {"confidence": 0.9, "class_id": 1}, "River": {"confidence": 0.1, "class_id": 0}}},
        "class 'Forest', confidence 0.9, at $.predictions",
    ),
    (
        {"cnn": {"confidence": 0.9, "name": "a"}, "vit": {"confidence": 0.1, "name": "b"}},
        "class 'a', confidence 0.9, at $.cnn.name",
    ),
    ({"percentages": {"Forest": 45.2, "River": 54.8}}, "class 'River', confidence 0.548, at $.percentages"),
    ({"percentages": {"Forest": 0.452, "River": 0.548}}, "class 'River', confidence 0.548, at $.percentages"),
    ({"Forest (%)": 45.2, "River (%)": 54.8}, "class 'River (%)', confidence 0.548, at $"),
    (
        {"top": "Forest", "confidence": 0.9, "prediction_type": "ClassificationModel"},
        "class 'Forest', confidence 0.9, at $.top",
    ),
    ({"type": "Feature", "properties": {"class": "Forest"}}, "class 'Forest', at $.properties.class"),
    ({"name": "satellite-api", "result": {"label": "Forest"}}, "class 'Forest', at $.result.label"),
    ({"image_type": "JPEG", "class": "Forest"}, "class 'Forest', at $.class"),
    ({"Type": "Forest"}, "class 'Forest', at $.Type"),
    ({"contentype": "image/jpeg", "likely_class": "Forest"}, "class 'Forest', at $.likely_class"),
    ({"risk_category": "high", "result": {"label": "Forest"}}, "class 'Forest', at $.result.label"),
    ({"soil_category": "clay", "model_class": "ResNet"}, "class 'clay', at $.soil_category"),
    ({"pred_class": "Forest"}, "class 'Forest', at $.pred_class"),
    ({"predictor": "a", "topk": 1, "predictions": [{"class_name": "b"}]}, "class 'b', at $.predictions[0].class_name"),
    ({"crop_type": "maize", "season": "summer"}, "class 'maize', at $.crop_type"),
    ({"prediction": "Fire not found"}, "class 'Fire not found', at $.prediction"),
    ({"prediction": "['Forest']"}, "class \"['Forest']\", at $.prediction"),
    ({"label": "Forest", "weather": {"error": "no key"}}, "class 'Forest', at $.label"),
    ({"label": "Forest", "status": 200, "code": 412}, "class 'Forest', at $.label"),
    ({"label": "Forest", "log_probabilities": [-0.1, -2.3], "scores": [5.1, -2]}, "class 'Forest', at $.label"),
    ({"label": "Forest", "probabilities": [1.0000001, -1.19e-07], "pre_softmax": [-3, 2]}, "class 'Forest', at $.label"),
    ({"inference": "12 ms", "class": "Forest"}, "class 'Forest', at $.class"),
    ({"inference": "Forest"}, "class 'Forest', at $.inference"),
    ({"zone_name": "eu", "class": "Forest"}, "class 'Forest', at $.class"),
    (
        {"region_name": "us-east-1", "probabilities": {"Forest": 0.9, "River": 0.1}},
        "class 'Forest', confidence 0.9, at $.probabilities",
    ),
    ({"name": "Forest", "class": 3}, "class 'Forest', at $.name"),
    ({"class_id": 3, "name": "Forest"}, "class 'Forest', at $.name"),
    ({"label": 3, "type": "Forest", "score": 0.9}, "class 'Forest', confidence 0.9, at $.type"),
    ({"forest": 0, "vegetation": 1, "water": 0}, "class 'vegetation', confidence 1, at $"),
    ({"crop": "0.1", "desert": "0.9"}, "class 'desert', confidence 0.9, at $"),
    ({"prediction": {"output": 1, "confidence": 0.9}}, "class '1', confidence 0.9, at $.prediction.output"),
    ({"class": 1, "rank": 0}, "class '1', at $.class"),
    ({"label": "Forest", "error_msg": "None"}, "class 'Forest', at $.label"),
    ({"result": {"class": "Forest", "error": 0.1}}, "class 'Forest', at $.result.class"),
    *(
        ({"label": name}, f"class {name!r}, at $.label")
        for name in ("[3]", "(1)", "Success Lake", "Early successful growth")
    ),
]
UNREASONABLE = [
    {"prediction": {"elapsed": 0.1}},
    {"prediction_info": {"gpu": 0.5}},
    {"predictions": {"x": 0}},
    {"classes": {"a": 0, "b": 0}},
    {"predicted_objects": 3},
    {"classified_images": 1},
    {"predicted_with": "resnet18"},
    {"predicted_model": "resnet"},
    {"identified_message": "fine"},
    {"label": True},
    {"prediction": -1},
    {"prediction": [3, 4]},
    {"label": "F" * 81},
    {"label": "Forest", "confidence": "0.9%"},
    {"colours": ["green"]},
    ["error", 0.9],
    {"Forest": 0.6, "River": 0.4, "Lake": "much"},
    {"Forest": 0.3, "River": 0.4},
    {"one": ["Forest", "River"], "probabilities": [0.1, 0.2, 0.7]},
    {"confidence_level": "low", "confidence": 0.4},
    {"what": "Forest", "one": 0.5, "other": 0.6},
    {"what": "Forest", "which": "River", "one": 0.5},
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
    {"label": "desert", "confidence": 10**400},
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
    {"result": "success"},
    {"result": "Image received"},
    {"prediction": "Invalid image"},
    {"type": "ok", "data": {"status": "done"}},
    {"prediction": [0.98]},
    {"prediction": [3, 1]},
    {"result": {"width": 0.2}},
    {"label": "Forest", "confidence": "98.2"},
    {"label": "Forest", "confidence": "98 %"},
    {"label": "Forest", "confidence_percent": 140},
    {"label": "Forest", "confidence": True, "score": "nan"},
    {"predictions": [[[0.1, 0.9]]]},
    {"predictions": [{"time": 0.3}]},
    {"predicted_time": "12 ms", "predicted_box_count": 3},
    {"data": {"class": "Forest"}, "confidence": 98.2},
    {"predictions": [{"label": "Forest", "score": 0.9}, {"label": "River", "score": 12.5}]},
    ["Forest", 98.2],
    ["a.jpg", "Forest"],
    {"model_class": "ResNet", "true_label": "Forest"},
    {"prediction": "Could not process image"},
    {"result": "The image can't be read"},
    {"prediction": "Unable to open the file"},
    {"class": "Traceback (most recent call last):"},
    {"label": "cannot identify image file <_io.BytesIO object at 0x7f>"},
    {"prediction": "ValueError: x has 3 channels", "confidence": 0.0},
    {"prediction": "Model is not loaded"},
    {"result": "Something went wrong"},
    {"label": "n/a", "confidence": 0.0},
    {"prediction": "Not found"},
    {"result": "<starlette.datastructures.UploadFile object at 0x7f>"},
    {"prediction": "[0.1 0.9]"},
    {"prediction": "{'label': 'Forest'}"},
    {"prediction": "image/jpeg"},
    {"image_type": "JPEG"},
    {"prediction": "2026-11-30T02:00:00"},
    {"result": "3f2b8c1e-0f5d-4a57-9a3e-5d8a1b7c9e10"},
    {"result": "Image processed successfully"},
    {"result": "Pr\u00e9diction effectu\u00e9e avec succ\u00e8s"},
    {"label": "Forest", "probabilities": {"Forest": 5.1, "River": -2.0}},
    {"label": "Forest", "confidence": 0.9, "probabilities": [[5.1, -2.0]]},
    {"success": "false", "label": "Forest"},
    {"ok": 0, "label": "Forest"},
    {"status": "failure", "label": "Forest"},
    {"statusCode": 500, "label": "Forest"},
    {"errorMessage": "model not loaded", "label": "Forest"},
    {"result": {"error": "model not loaded", "label": "Forest"}},
    {"results": [{"error": "model not loaded", "label": "Forest"}]},
    {"error": 1, "label": "Forest"},
    {"error": "no", "label": "Forest"},
    {"status": "ok", "inference": "12 ms"},
    {"inference": 12},
    {"inference": "job queued"},
    {"inference_id": "abc", "inference_type": "cpu"},
    {"status": "ok", "region_name": "us-east-1"},
    {"prediction": "[0.98]"},
    {"result": "Success: image received"},
    {"result": "Upload successful"},
    *(
        {key: "x"}
        for key in (
            *("ground_truth_label", "gt_class", "previous_class", "default_class", "device_class", "input_class"),
            "file_category",
        )
    ),
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


@pytest.mark.parametrize(("answer", "told"), REASONABLE, ids=map(json.dumps, next(zip(*REASONABLE, strict=True))))
def test_a_reasonable_answer_keeps_the_contract(answer, told):
    """Learners call the same things by other names; which class was taken and from where is told, so nobody has to guess."""
    assert broken([json.dumps(answer)], None, "") == [[]]
    assert str(classified(answer)) == told


@pytest.mark.parametrize("answer", UNREASONABLE, ids=json.dumps)
def test_what_names_no_class_breaks_the_contract(answer):
    """JSON alone is no classification, and an error with a label is still an error."""
    assert broken([json.dumps(answer)], None, "") != [[]]


def test_an_answer_without_a_class_is_told_by_its_keys():
    """And how to say where the class is."""
    (told,) = flaws({"status": "ok", "items": 3})
    assert "its keys are status, items" in told
    assert "--predict-schema" in told
    assert "(its keys are label: 'Failed to load', score);" in flaws({"label": "Failed to load", "score": 0.0})[0]
    assert "(its keys are label);" in flaws({"label": "-"})[0]
    assert "(its keys are 0, 1, 2, 3, 4, 5, 6, 7);" in flaws({str(number): None for number in range(99)})[0]
    assert f"(its keys are {'k' * 40});" in flaws({"k" * 41: None})[0]
    assert "(it is '[1, 2]');" in flaws([1, 2])[0]


def test_of_many_flaws_three_are_told():
    """Each with where it is."""
    told = flaws({"label": "x", "confidence": 5, "score": 6, "probability": 7, "certainty": 8})
    assert told == [
        f"$.{key}: {value!r} is no share from 0 to 1"
        for key, value in zip(("confidence", "score", "probability"), "567", strict=True)
    ]


@pytest.mark.parametrize(
    "answer",
    [
        [[[]]] * 3000,
        {"a" * 5000: 1},
        {str(n): n for n in range(9000)},
        [0] * 99_999,
        {str(n): [1] for n in range(99_999)},
        {"a" * 999_999: {str(n): {} for n in range(99_999)}},
        [{f"{n}": "x" for n in range(300)}] * 999,
    ],
    ids=["lists", "a name", "numbers", "zeros", "lists of one", "places of a long name", "texts"],
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


A = "#/components/schemas/"


def _promising(schema, **others):
    content = {"application/json": {"schema": schema}}
    return json.dumps({"paths": {"/predict": {"post": {"responses": {"200": {"content": content}}}}}} | others)


@pytest.mark.parametrize(
    ("openapi", "plain"),
    [
        (json.dumps(OPENAPI), True),
        ("", True),
        ("[" * 100_000, True),
        (_promising({"properties": {"label": {"maxLength": 9}}}), True),
        (_promising({"properties": {"label": {"pattern": "^(a+)+$"}}}), False),
        (_promising({"properties": {"label": {"pattern": "^(a+)+$"}}}).replace("pattern", "p\\u0061ttern"), False),
        (_promising({"uniqueItems": True}), False),
        (_promising({"$dynamicRef": "#a"}), False),
        (_promising({"$ref": A + "A"}, components={"schemas": {"A": {"type": "object"}}}), True),
        (_promising({"$ref": A + "A"}, components={"schemas": {"A": {"items": {"$ref": "#/"}}}}), False),
        (
            _promising({"$ref": A + "A"}, components={"$id": "http://127.0.0.1/", "schemas": {"A": {}}}),
            False,
        ),
        (_promising({"$ref": A + "A"}, components={"schemas": {"A": {"items": {"$ref": A + "B"}}, "B": {}}}), True),
        (_promising({"$ref": A + "A"}, components={"schemas": {"A": {"items": {"$ref": A + "A"}}}}), False),
        (
            _promising(
                {"$ref": A + "0"},
                components={"schemas": {str(n): {"allOf": [{"$ref": f"{A}{n + 1}"}] * 9} for n in range(9)}},
            ),
            False,
        ),
        (_promising({"$ref": "#/paths"}), False),
        (_promising({"allOf": [{"type": "object"}] * 60}), False),
    ],
)
def test_only_what_cannot_be_made_endless_is_judged_at_once(openapi, plain):
    """All else is held to the answer in a child with limits, which takes a tenth of a second."""
    assert is_plain(openapi) is plain


@pytest.mark.parametrize("openapi", [None, [], {}, {"paths": {}}, {"paths": {"/predict": {"post": {"responses": {}}}}}])
def test_an_api_that_promises_nothing_breaks_no_promise(openapi):
    """No openapi.json, or none for /predict."""
    assert violations({"anything": 1}, promised(openapi)) == []


@pytest.mark.parametrize("text", ["<html>error</html>", '{"label": "x", "confidence": NaN}', "", "{"])
def test_what_is_no_json_is_none(text):
    """NaN is what Python writes for a broken confidence, and no JSON."""
    assert Exchange("POST", "http://127.0.0.1/predict", 200, "application/json", text, 0.1).json() is None


@pytest.mark.parametrize("word", [[], {}, 5, "http://[x"], ids=json.dumps)
def test_a_promise_that_names_no_version_of_json_schema_is_told_so(word):
    """It is a stranger's, and raises nothing here."""
    (told,) = violations({"label": "x"}, {"$schema": word})
    assert told.startswith("the schema cannot be used: ")


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
    answer = Exchange("POST", "http://127.0.0.1/predict", status, kind, text, 0.1)
    assert faults_of([answer], SCHEMA, document("")) == [faults]


def test_an_answer_that_calls_itself_packed_is_told_so():
    """However the header is spelt, and beside what else stands in the head."""
    head = {"date": "now", "Content-Encoding": "gzip", "x-made-by": "gzip"}
    answer = Exchange("POST", "http://127.0.0.1/predict", 200, "application/json", '{"label": "x"}', 0.1, headers=head)
    ((told,),) = faults_of([answer], SCHEMA, document(""))
    assert told.startswith("content encoding gzip, ")


def test_an_answer_that_breaks_the_apis_own_promise_is_told_so():
    """Whose promise it is, says where to mend it."""
    answer = Exchange("POST", "http://127.0.0.1/predict", 200, "application/json", '{"label": "x"}', 0.1)
    assert faults_of([answer], SCHEMA, document(json.dumps(OPENAPI))) == [
        ["its own openapi.json: $: 'took_ms' is a required property"]
    ]


BACKTRACKS = {
    "paths": {"/predict": {"post": {"responses": {"200": {"content": {"application/json": {"schema": {"pattern": "a"}}}}}}}}
}
PLACES = {
    "short": ([200, 500], SCHEMA, "", True),
    "none to be read": ([500], {"type": "string"}, json.dumps(BACKTRACKS), True),
    "long": ([200] * 600, SCHEMA, "", False),
    "a long promise": ([200], SCHEMA, " " * 20_000, False),
    "a grader's schema": ([200], {"required": ["label"]}, "", False),
    "a pattern": ([200], SCHEMA, json.dumps(BACKTRACKS), False),
}


@pytest.mark.parametrize(("statuses", "schema", "openapi", "here"), PLACES.values(), ids=PLACES)
def test_what_may_take_long_is_judged_in_a_process_of_its_own(monkeypatch, statuses, schema, openapi, here):
    """And what may not costs none."""
    asked = []
    monkeypatch.setattr(contracts, "ask", lambda judge, *given: asked.append(judge) or judge(*given))
    answers = [replace(named("desert"), status=status) for status in statuses]
    assert faults_of(answers, schema, document(openapi)) == [[] if status == 200 else ["not 200"] for status in statuses]
    assert asked == ([] if here else [broken])


def test_a_graders_schema_is_what_an_answer_is_held_to():
    """In place of naming a class."""
    schema = {"required": ["klasse"], "properties": {"klasse": {"enum": ["Wald"]}}}
    texts = ['{"klasse": "Wald"}', '{"label": "forest"}', '{"klasse": "See"}']
    told = [[], ["$: 'klasse' is a required property"], ["$.klasse: 'See' is not one of ['Wald']"]]
    assert broken(texts, schema, "") == told


def test_what_is_broken_is_told_in_few_words():
    """However much of it there is."""
    found = violations([["a" * 5000]] * 50, {"items": {"items": {"maxLength": 1}}})
    assert [len(each) for each in found] == [300] * 10


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ('{"label": "x", "hint": null}', []),
        ('{"label": "x", "hint": 7}', ["its own openapi.json: $.hint: 7 is not of type 'string'"]),
        ('{"label": "x", "took_ms": null, "tiles": [{"note": null}]}', []),
        ('{"prediction": "x", "label": null}', ["its own openapi.json: $.label: None is not of type 'string'"]),
    ],
)
def test_what_is_null_is_as_good_as_left_out(answer, told):
    """FastAPI with pydantic 1 promises a text where `Optional[str]` may be null, too, and does not require it."""
    text = {"type": "string"}
    tile = {"type": "object", "properties": {"note": text}}
    properties = {"label": text, "hint": text, "took_ms": {"type": "number"}, "tiles": {"type": "array", "items": tile}}
    promise = _promising({"type": "object", "required": ["label"], "properties": properties})
    assert broken([answer], None, promise) == [told]


def test_what_may_be_null_and_has_to_be_there_may_be_null():
    """As FastAPI with pydantic 2 promises `error: str | None`."""
    properties = {"error": {"anyOf": [{"type": "string"}, {"type": "null"}]}}
    promise = _promising({"type": "object", "required": ["error"], "properties": properties})
    assert broken(['{"label": "x", "error": null}'], None, promise) == [[]]
    assert broken(['{"label": "x"}'], None, promise) == [["its own openapi.json: $: 'error' is a required property"]]


RIGHT = {"label": "x", "score": 0.9, "top": [["x", 0.9]], "hint": None, "tile": 3}
PAIR = {"type": "array", "items": [{"type": "string"}, {"type": "number"}]}
OLDER = {
    "label": {"type": "string"},
    "score": {"type": "number", "minimum": 0, "exclusiveMinimum": True},
    "top": {"type": "array", "items": PAIR},
    "hint": {"type": "string", "nullable": True},
    "tile": {"type": "integer"},
}


@pytest.mark.parametrize(
    ("version", "part", "kept"),
    [
        ("3.0.2", {}, True),
        ("3.0.3", {"tile": 1.0}, True),
        ("3.0.3", {"score": 0}, False),
        ("3.0.3", {"label": None}, False),
        ("3.0.3", {"hint": 7}, False),
        ("3.0.3", {"top": [[0.9, "x"]]}, False),
        ("3.1.0", {"score": None, "hint": "y"}, False),
        ("3.1.0", {"top": [[0.9, "x"]]}, False),
    ],
)
def test_an_older_promise_is_read_as_it_was_meant(version, part, kept):
    """OpenAPI 3.0 says otherwise what may be null, what is above a number, and what a tuple holds."""
    promise = _promising({"type": "object", "required": [*OLDER], "properties": OLDER}, openapi=version)
    assert (broken([json.dumps(RIGHT | part)], None, promise) == [[]]) == kept


def test_what_may_be_null_in_openapi_3_0_may_be_so_without_a_tuple():
    """The version of the document says how it is to be read."""
    promise = _promising({"required": ["hint"], "properties": {"hint": OLDER["hint"]}}, openapi="3.0.3")
    assert broken(['{"label": "x", "hint": null}'], None, promise) == [[]]


def test_a_tuple_of_pydantic_1_is_one_in_a_newer_document():
    """FastAPI calls it OpenAPI 3.1."""
    promise = _promising({"properties": {"top": {"type": "array", "items": PAIR}}}, openapi="3.1.0")
    assert broken(['{"label": "x", "top": [["x", 0.9]]}'], None, promise) == [[]]


def test_each_of_several_answers_is_told_its_own_faults():
    """In the order in which they were given, those that are no 200 among them."""
    answers = [named("desert"), answering(500), named("", 0.5), named("ocean", 7)]
    found = faults_of(answers, SCHEMA, document(""))
    assert [len(faults) for faults in found] == [0, 1, 1, 1]
    assert found == [fault for each in answers for fault in faults_of([each], SCHEMA, document(""))]
    assert faults_of([answering(500)], SCHEMA, document(json.dumps(OPENAPI))) == [["not 200"]]


def answering(status, text=""):
    """An answer of this status."""
    return Exchange("POST", "http://127.0.0.1/predict", status, "application/json", text, 0.1)


def named(label, confidence=0.9):
    """An answer that names this class."""
    return answering(200, json.dumps({"label": label, "confidence": confidence}))


@pytest.mark.parametrize(
    ("renamed", "again", "found"),
    [
        (named("ocean"), [named("desert"), named("ocean")] * 2, 1),  # it goes by the name
        (named("desert"), [], 0),
        (named("ocean"), [named("desert", 0.3)], 0),  # it is never the same, as of a model that still trains
        (named("ocean"), [named("desert"), named("snow")], 0),
        (named("ocean"), [named("desert"), named("ocean"), named("snow")], 0),
        (answering(500), [], 0),
        (answering(200, "{}"), [], 0),
    ],
)
def test_a_class_that_goes_by_the_files_name_is_found(renamed, again, found):
    """And a model that is only bad, or never sure, is left alone, as soon as that is known."""
    answers, names = [renamed, *again], []

    def send(name):
        names.append(name)
        return answers.pop(0)

    assert len(goes_by_the_name(named("desert"), ("old", "new"), send)) == found
    assert answers == []
    assert names == ["new", "old", "new", "old", "new"][: len(names)]


def test_where_no_class_was_named_nothing_can_go_by_the_name():
    """What is wrong with it is told elsewhere."""
    assert goes_by_the_name(answering(200, "{}"), ("old", "new"), lambda _: named("ocean")) == []


class Classifier:
    """An API that answers each image by a function of its name and content; what it was sent is kept."""

    url = "http://127.0.0.1"

    def __init__(self, answer):
        self.answer, self.sent = answer, []

    def post_file(self, _path, name, content, _kind):
        """The answer to an image."""
        self.sent.append(name)
        return self.answer(name, content)


def judged(tmp_path, answer, schema=SCHEMA):
    """What comes of a classifier that answers so, and the names that it was sent."""
    api, image = Classifier(answer), next(HELD_OUT_TILES.glob("desert*"))
    settings = SimpleNamespace(test_image=image, predict_schema=schema)
    run = SimpleNamespace(settings=settings, recorder=Recorder(tmp_path))
    first = answer(image.name, image.read_bytes())
    return contract.__wrapped__(run, api, document(""), first), api.sent


def by_content(_name, content):
    """A model that tells images apart."""
    return named(f"class-{len(content)}")


def test_tiles_of_other_classes_and_sizes_are_sent_and_each_once_under_another_name(tmp_path):
    """Three more, one of them larger; then the first one as another, and another as the first one."""
    found, sent = judged(tmp_path, by_content)
    assert found.faults == ()
    assert sent[:3] == ["ocean_04.jpg", "forest_04.jpg", "grassland_12_larger.jpg"]
    assert sent[3] == "ocean_99.jpg"
    assert sent[4].startswith("desert")
    assert len(sent) == 5


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (lambda name, _: named("x") if name.startswith("desert") else answering(500), "another tile, ocean_04.jpg"),
        (lambda _, content: named("x" if len(content) < 2000 else ""), "another size, grassland_12_larger.jpg"),
        (lambda _, content: named("x") if len(content) < 2000 else answering(500, "shapes"), "another size, grassland_12"),
        (lambda _, content: named("x") if len(content) < 2000 else answering(400), "another size, grassland_12"),
        (lambda name, _: named("x") if name.startswith("desert") else answering(422, "no"), "another tile, ocean_04.jpg"),
        (lambda name, _: named(name[:3]), "goes by the file's name"),
    ],
)
def test_what_holds_for_one_tile_and_not_for_another_is_told(tmp_path, answer, told):
    """An API that works with the one image only, or with one size, or by what the file is called."""
    found, _ = judged(tmp_path, answer)
    assert told in "; ".join(found.faults)


def test_a_cache_by_the_files_name_is_found(tmp_path):
    """Two images under one name: the second gets the answer to the first one."""
    cache = {}
    found, _ = judged(tmp_path, lambda name, content: cache.setdefault(name, named(f"class-{len(content)}")))
    assert "goes by the file's name" in "; ".join(found.faults)


@pytest.mark.parametrize("status", [400, 422, 499])
def test_a_size_may_be_refused_with_a_reason(tmp_path, status):
    """That is what a 4xx is for, and the tile then counts for nothing."""
    refuse = answering(status, '{"detail": "64 x 64 only"}')
    found, _ = judged(tmp_path, lambda _, content: refuse if len(content) > 2000 else named("desert"))
    assert (found.faults, found.accuracy) == ((), "1 of 3 tiles right by their names (not judged)")


@pytest.mark.parametrize(("status", "text"), [(399, "no"), (500, "no"), (422, " ")])
def test_a_size_that_is_refused_otherwise_is_a_fault(tmp_path, status, text):
    """A server that breaks, or says nothing, has not refused."""
    found, _ = judged(tmp_path, lambda _, content: answering(status, text) if len(content) > 2000 else named("desert"))
    assert found.faults[-1] == "not 200"


def test_nothing_more_is_sent_where_one_tile_is_not_answered(tmp_path):
    """It would be waited for again and again."""
    silent = Exchange("POST", "http://127.0.0.1/predict", 0, "", "", 0.1, "no answer within 30 s")
    found, sent = judged(tmp_path, lambda name, _: silent if name.startswith("ocean") else named("x"))
    assert sent == ["ocean_04.jpg"]
    assert found.answer is silent


def test_a_first_image_that_is_not_answered_is_the_only_one(tmp_path):
    """All else would be the same."""
    found, sent = judged(tmp_path, lambda *_: answering(500))
    assert (found.faults, sent) == (("not 200",), [])


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ([("desert_04.jpg", {"label": "Desert"}), ("ocean_04.jpg", {"label": "SeaLake"})], "2 of 2 tiles right"),
        ([("desert_04.jpg", {"label": "ice"}), ("forest_1.jpg", {"label": "Forest"})], "1 of 2 tiles right"),
        ([("Forest-12.png", {"label": 3}), ("image.jpg", {"label": "x"})], "0 of 1 tiles right"),
        ([("image.jpg", {"label": "Forest"})], ""),
        ([("forest.jpg", {"status": "ok"})], "0 of 1 tiles right"),
    ],
)
def test_the_accuracy_is_told_by_the_tiles_names(answers, told):
    """In whichever words a series of tiles has for the same; nothing is said of an image whose name says nothing."""
    assert accuracy(answers).partition(" by their")[0] == told


PAGE = "<title>API - Swagger UI</title> url: '/openapi.json',"
SHOWN = {"paths": {"/predict": {"post": {}}}}


@pytest.mark.parametrize(
    ("page", "openapi", "flaw"),
    [
        (PAGE, json.dumps(SHOWN), ""),
        (PAGE, json.dumps({"paths": {"/predict/": {"post": {}}}}), ""),
        ("<redoc spec-url='/openapi.json'>", json.dumps(SHOWN), ""),
        ("<h1>OpenAPI</h1> <code>POST /predict</code>", "", ""),
        (PAGE.replace("/openapi", "/api/v1/openapi"), "", ""),
        ('<redoc spec-url="../spec.yaml">', "", ""),
        ("<title>Swagger UI</title> url: '/api/schema/',", "", ""),
        ('<script>{"url": "/swagger/?format=openapi"}</script> swagger', "", ""),
        ("<title>Swagger UI</title> url: '/elsewhere',", "", "cannot be read"),
        (PAGE, "", "cannot be read"),
        (PAGE, "{'paths': {}}", "cannot be read"),
        (PAGE, "[]", "cannot be read"),
        (PAGE, "{}", "not in it, but nothing"),
        (PAGE, '{"paths": {"/": {}, "/health": {}}}', "not in it, but /, /health"),
        (PAGE, '{"paths": {"/predict": {"get": {}}}}', "not in it"),
        (PAGE, '{"paths": {"/predict": "post"}}', "not in it"),
        (PAGE, '{"paths": ["/predict"]}', "not in it"),
    ],
)
def test_documentation_that_does_not_show_predict_is_told(page, openapi, flaw):
    """It is either in the page, or in the document that the page shows."""
    found = docs_flaw(page, document(openapi))
    assert flaw in found
    assert bool(found) == bool(flaw)


@pytest.mark.parametrize(
    ("first", "afterwards", "alive"),
    [(200, 200, True), (500, 200, True), (404, 404, True), (404, 403, False), (500, 500, False), (0, 0, False)],
)
def test_a_service_answers_still(first, afterwards, alive):
    """As it did, or better; an error of its own is no life."""
    assert answers_still(answering(first), answering(afterwards)) == alive


def test_a_document_in_an_answer_that_is_none_shows_nothing():
    """It is not there, whatever its page of error says."""
    lost = replace(document(json.dumps(SHOWN)), status=404)
    assert "cannot be read" in docs_flaw(PAGE, lost)
