"""Every text of the viewer, in both languages; the edition brings its own labels.

texts.toml holds the texts by key.
"""

import re
import tomllib
from pathlib import Path

from cvg_warehouse.formats import Language
from cvg_warehouse.reading.data import JOIN, Base, Edition, Indicator, Theme

Labelled = Theme | Base | Indicator
# Between the breakdown values that a figure adds up.
PLUS = " + "
# What an open list puts before its values: "02- PMSMP", "2-Accès au logement".
CODE = re.compile(r"^\d+\s*-\s*")
LANGUAGES: tuple[Language, ...] = ("fr", "en")

TEXTS: dict[str, dict[str, str]] = tomllib.loads(
    (Path(__file__).parent / "texts.toml").read_text("utf-8")
)


def say(language: Language, key: str, *values: object) -> str:
    """The text of `key`, `values` in its places {0}, {1}; a key without text stands for itself."""
    texts = TEXTS.get(key)
    return texts[language].format(*values) if texts else key.split("_", 1)[-1]


def label_of(labelled: Labelled, language: Language) -> str:
    """What the edition calls a theme, a base or an indicator."""
    return labelled.label_fr if language == "fr" else labelled.label_en


def place_name(edition: Edition, geography_id: str, language: Language) -> str:
    """The name of a territory, an urbanity group or the whole."""
    place = edition.geographies.get(geography_id)
    if place is None:
        return geography_id
    return place.name_fr if language == "fr" else place.name_en


def value_label(edition: Edition, breakdown: str, value: str, language: Language) -> str:
    """The label of one value of one breakdown; one of an open list is its own, less its code."""
    labels = edition.value_labels.get((breakdown, value))
    if labels:
        return labels[0] if language == "fr" else labels[1]
    texts = TEXTS.get("value_" + value)
    return texts[language] if texts else CODE.sub("", value) or value


def breakdown_label(
    edition: Edition, indicator: Indicator, breakdown: str, language: Language
) -> str:
    """The label of a breakdown value of the indicator, or of several added up; '' for none."""
    if not breakdown:
        return ""
    names = (indicator.breakdown or "").split(JOIN)
    added_up = [one.split(JOIN) for one in breakdown.split(PLUS)]
    if any(len(names) != len(values) for values in added_up):
        return breakdown
    return PLUS.join(
        " · ".join(
            value_label(edition, name, value, language)
            for name, value in zip(names, values, strict=True)
        )
        for values in added_up
    )


def definitions(indicator: Indicator, language: Language) -> tuple[str, str | None]:
    """What the numerator and the denominator count."""
    if language == "fr":
        return indicator.numerator_definition_fr, indicator.denominator_definition_fr
    return indicator.numerator_definition, indicator.denominator_definition


def explanation(edition: Edition, code: str | None, language: Language) -> str:
    """How the report contradicts itself, how a figure reads, or where it is held; '' for none."""
    french, english = edition.explanations.get(code or "", ("", ""))
    return french if language == "fr" else english


def measure_label(edition: Edition, indicator_id: str, breakdown: str, language: Language) -> str:
    """The label of an indicator and one of its breakdown values."""
    indicator = edition.indicators[indicator_id]
    labels = (
        label_of(indicator, language),
        breakdown_label(edition, indicator, breakdown, language),
    )
    return " – ".join(filter(None, labels))
