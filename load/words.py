"""What keys and values of an answer are called, in any usual language: classes, shares, and what stands beside them."""

import re
from functools import lru_cache
from typing import Any

LONGEST_LABEL = 80
_KEYS = 2_000
"""How many keys are spelt out once and not again."""
LABEL_KEY = re.compile(
    r"(?!(?:image|area|region|zone)_?(?:id|name|type)s?$)"
    r"(?:pred(?:ict(?:ed|ion|ions)?)?|top|best|final|(?:most_)?likely|dominant|detected|estimated"
    r"|inferred|image|land|main|area|region|surface|zone)?_?"
    r"(?:label|class|class_?name|category|preds?|prediction|predictions|predicted|result|output|answer|tag|type|cover|use|name"
    r"|terrain|landscape|lulc|scene|habitat|biome|vegetation|crop|plant|species|breed|animal|disease|diagnosis|emotion|food"
    r"|weather|digit"
    r"|classe|clase|klasse|categor[ií]a|cat[eé]gorie|kategorie|[eé]tiquette|etiqueta|etichetta|diagnostic"
    r"|diagn[oó]stico|pr[eé]diction|predicci[oó]n|predi[cç][aã]o|previs[aã]o|previsione|vorhersage|ergebnis|resultado"
    r"|r[eé]sultat|risultato|classification|klasa|класс|категория|tahmin|s[i\u0131]n[i\u0131]f|kelas|prediksi|类别|分类|预测|予測|예측)"
    r"_?(?:label|class|class_?name|name|type|id|index|idx|1|pr[eé]di\w{1,8})?(?:e?s)?"
    r"|(?:predicted|classified|recogni[sz]ed|identified)_(?:as|(?!\w{0,20}(?:time|date|count|path|url|s)$)"
    r"(?!with|using|from|model|message)\w{3,40})"
)
_SHARE_KEY = re.compile(
    r"confidence|probabilit|score|certainty|softmax|likelihood|percent|confian|confiden|probabilid|wahrscheinlich"
    r"|konfidenz|sicherheit|certeza|fiducia|(?:^|_)(?:conf|prob|pct)s?(?:_|$)"
)
_OF_A_HUNDRED = re.compile(r"percent|(?:^|_)pct(?:_|$)")
OF_ONE = re.compile(r"^(?!\w{0,60}(?:log|pre_?softmax|before))\w{0,60}(?:probabilit|softmax)")
"""What can have no number below 0, unlike a score."""
_SIDE_KEY = re.compile(
    r"(?:^|_)(?:status|state|message|msg|detail|error|errors|info|description|file|filename|path|url|model|version"
    r"|device|time|timestamp|date|uuid|request|content|mime|format|mode|unit|source|success|ok|loss|accuracy"
    r"|latency|took|ms|seconds|duration|threshold|size|width|height|channels|count|total|id|code"
    r"|elapsed|inference|gpu|cpu|idx|backend|engine|framework)(?:_|$)"
)
"""What stands beside a class and is none."""
NO_CLASS = re.compile(
    r".*\.(?:jpe?g|png|tiff?|webp|bmp|gif)\W*$|image/[\w.+-]{2,20}$|\s*(?:(?:error|err|none|null|nan|n/a|undefined|invalid"
    r"|fail(?:ed|ure)?|sorry|traceback|fehler|erreur|errore|erro|\w{1,40}(?:error|exception)(?=[:(]))\b"
    r"|[{<][\w'\".]{1,80}[ :]|[\[(](?!\W?\d{1,4}\W{1,2}$)[\[(\d.,e+\-\s\])]{2,80}$"
    r"|[\d.,]{1,20} ?(?:[mµ]?s|sec(?:ond)?s?)\W*$|\d{4}-\d\d-\d\d[t ]|[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-"
    r"|(?:(?:image|file|upload|job) )?(?:not found|ok|done|completed?|received|accepted|queued|pending|processing"
    r"|uploaded)\W*$)"
    r"|.*(?:\bsuccess(?:fully\b|(?:ful)?(?:\W*$|[!:.,]))|succ[eè]s\b|successo\b|sucesso\b|[eé]xito\b|erfolgreich|成功"
    r"|\b(?:(?:file|image|model|weights) (?:is |was )?not (?:available|found|loaded|ready)|no model|not an image"
    r"|went wrong)\b"
    r"|\b(?:(?:can|could|did)(?: ?not|n?'t)|(?:un|not )able to|failed to) (?:be )?"
    r"(?:connect|convert|decod|identify image file|import|load|open|process|read))",
    re.IGNORECASE,
)
"""What says how the request went or how long, which file was sent, or what Python calls a thing."""
OF_CLASSES = re.compile(r"class|label|predi")
BEST = re.compile(r"\.top[^.]{0,20}$")
NUMBERED = re.compile("(?:id|index|idx)s?$")
ENVELOPE = re.compile("name|(?:predict(?:ion)?_)?type")
"""What a class may be called, and a service, a model or an answer's form as well."""
ITSELF = re.compile("(?:terrain|habitat|vegetation|crop|plant|animal|food)s?")
"""What a class may be called, and be itself one of those that shares are told of."""
QUALIFIED = re.compile(
    r"inference|(?!true|actual|correct|expected|target|real|ground|gt_|model|given|old|previous|default|device|file|input|num"
    r"|all)\w{2,30}_(?:class|label|category)"
)
"""What a class may be called, and something else about the image as well."""
OFF = 1e-6
"""How far a share of 32 bits may be above one, or below zero."""


def plain(key: str) -> str:
    """A key in small letters with its words apart: predictedClass, Predicted Class and predicted-class are one."""
    return _spelt_out(key[:LONGEST_LABEL])


@lru_cache(_KEYS)
def _spelt_out(key: str) -> str:
    apart = re.sub(r"(?<=[a-z\d])(?=[A-Z])", "_", key)
    return re.sub(r"\W+", "_", apart).lower()


def is_side(key: str) -> bool:
    """Whether it is what stands beside a class."""
    return bool(_SIDE_KEY.search(plain(key)))


def is_share_key(key: str) -> bool:
    """Whether a share stands under it."""
    return bool(_SHARE_KEY.search(plain(key))) and not is_side(key)


def is_label(value: Any) -> bool:
    """Whether it may be a class."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return False
    text = str(value).strip()
    return 0 < len(text) <= LONGEST_LABEL and not NO_CLASS.match(text) and not text.startswith("-")


def share_of(value: Any, key: str = "") -> float | None:
    """The share that a value tells, also in quotes, or in percent where its key says so; None where it tells none."""
    percent = "%" in key or bool(key and _OF_A_HUNDRED.search(plain(key)))
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and len(value) > LONGEST_LABEL:
        return None
    try:
        number = float(str(value).rstrip(" %") if percent else value) / (100 if percent else 1)
    except (ValueError, OverflowError):
        return None
    return number if -OFF <= number <= 1 + OFF else None
