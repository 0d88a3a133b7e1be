"""The marks of a run's requests are found however an application logs its requests."""

import json

import pytest

from fixtures.launch.marks import has_nonce, is_of_the_probe, load_numbers, request_id
from tests.acceptance.test_4_verification import STARTED

RUN = "20261129T104754Z-147b"
LOGGED = (
    'INFO:     127.0.0.1:56844 - "POST /predict?{}={} HTTP/1.1" 200 OK',
    '{{"event": "request", "path": "/predict", "query": {{"{}": "{}"}}, "status": 200}}',
    '{{"params": {{"{}": ["{}"]}}}}',
    "POST /predict {{'{}': '{}'}}",
    "path=/predict query_{}={} took=0.1",
    "\x1b[36m{}\x1b[0m=\x1b[35m{}\x1b[0m",
    "uri=%2Fpredict%3F{}%3D{} status=200",
    '{{"event": "request_completed", "request_id": "{}-{}", "path": "/predict"}}',
)


@pytest.mark.parametrize("line", LOGGED)
def test_a_mark_is_found_in_text_and_in_json(line):
    """The prediction's, the grader's word, and the load's number; each is not taken for another."""
    assert is_of_the_probe(line.format("probe", RUN), RUN)
    assert has_nonce(line.format("nonce", "word-7"), "word-7")
    assert load_numbers(line.format("load", f"{RUN}.17"), RUN) == {17}
    assert not is_of_the_probe(line.format("load", f"{RUN}.17"), RUN)
    assert load_numbers(line.format("probe", RUN), RUN) == set()


@pytest.mark.parametrize("line", ["", f"run {RUN} began", f"probe={RUN}7", f"probe={RUN}.7", "probe=20260101T000000Z-0000"])
def test_what_is_no_mark_of_the_prediction_is_none(line):
    """A run's ID alone, another run's, and a number behind it."""
    assert not is_of_the_probe(line, RUN)


def test_all_marks_of_a_request_are_in_its_id():
    """For an application that logs the path alone, with the X-Request-ID that it was given."""
    line = json.dumps({"path": "/predict", "request_id": request_id({"probe": RUN, "nonce": "word-7"})})
    assert is_of_the_probe(line, RUN)
    assert has_nonce(line, "word-7")
    assert load_numbers(request_id({"load": f"{RUN}.17"}), RUN) == {17}


@pytest.mark.parametrize(
    "line",
    [
        "INFO:     Application startup complete.",
        "[2026-11-29 10:47:54 +0000] [1] [INFO] Listening at: http://0.0.0.0:80 (1)",
        "ML model successfully loaded",
        "Model weights loaded in 2.1 s",
        "Loaded ResNet18 weights",
        "Successfully loaded model from the registry",
        "Classifier is ready",
        "Mod\u00e8le charg\u00e9: 10 classes",
        "Modelo cargado exitosamente",
        "Inference pipeline loaded successfully",
        "Models loaded: ['resnet', 'vit']",
        "Model 'resnet18.onnx' loaded in 2.1 s",
        "Model loading complete",
        "Finished loading model",
        "Loaded ViT-Base + LoRA model",
        "Checkpoint loaded from best.pth",
        "Modell wurde geladen",
        "El modelo se ha cargado",
        "Le mod\u00e8le est charg\u00e9",
        "Model berhasil dimuat",
        "\u041c\u043e\u0434\u0435\u043b\u044c \u0437\u0430\u0433\u0440\u0443\u0436\u0435\u043d\u0430",
        "\u30e2\u30c7\u30eb\u3092\u30ed\u30fc\u30c9\u3057\u307e\u3057\u305f",
        "\u6a21\u578b\u52a0\u8f7d\u6210\u529f",
        "Model loaded (no GPU)",
        "Model loaded - no GPU found, using CPU",
        "model loaded: no errors",
        "Model loading completed with 10 classes",
        "10 models loaded",
        "rank 0 model loaded",
        "M\u00f4 h\u00ecnh \u0111\u00e3 \u0111\u01b0\u1ee3c t\u1ea3i",
        "\u30e2\u30c7\u30eb\u306e\u30ed\u30fc\u30c9\u304c\u5b8c\u4e86\u3057\u307e\u3057\u305f",
    ],
)
def test_a_line_of_a_start_is_one(line):
    """Whoever says it: the server, or the application in its own words."""
    assert STARTED.search(line)


@pytest.mark.parametrize(
    "line",
    [
        "the model is running on cpu",
        "Loading ResNet18 model",
        "Model not loaded",
        "model weights not loaded",
        "Model could not be loaded",
        "getting ready to load the model",
        "\u6a21\u578b\u52a0\u8f7d\u5931\u8d25",
        "loaded 10 classes",
        "Loaded no model",
        "Loaded without model",
        "model_loaded: false",
        "Model loaded = None",
        "Model isn't loaded yet",
        "Model loading failed",
        "Modelo no cargado",
        "CI pipeline completed",
        "\u041c\u043e\u0434\u0435\u043b\u044c \u043d\u0435 \u0437\u0430\u0433\u0440\u0443\u0436\u0435\u043d\u0430",
        "No model loaded",
        "waiting until the network is ready",
        "\u6a21\u578b\u672a\u52a0\u8f7d\u6210\u529f",
        "model loaded: no",
        "Not finished loading",
        "never finished loading the weights",
        "Failed: finished loading 0 of 4",
        "0 models loaded",
        "Loaded 0 of 3 models",
        "Model not-yet loaded",
        "Model 'None' loaded",
        "model load completed with errors",
        "state dict could not be loaded for the given model",
        "m\u00f4 h\u00ecnh t\u1ea3i th\u1ea5t b\u1ea1i",
        "\u30e2\u30c7\u30eb\u306e\u8aad\u307f\u8fbc\u307f\u3092\u4e2d\u65ad\u3057\u307e\u3057\u305f",
    ],
)
def test_what_only_sounds_like_a_start_is_none(line):
    """It is still to come, or has failed."""
    assert not STARTED.search(line)
