"""Spellings that a worksite may use, and why a value that is none of them is wrong.

`stored` turns each declared spelling into the stored value and leaves every other value as it is:
the expectations then find it, and `explain` says which check it fails.
"""

import re
from datetime import date

from cvg_warehouse.contracts.exports import Field
from cvg_warehouse.contracts.text import INSIDE_NUMBERS, SPACES, folded, trimmed
from cvg_warehouse.formulas import is_formula

FRENCH_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
SHORT_YEAR = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2}", re.ASCII)
SERIAL = re.compile(r"\d{4,6}([.,]\d+)?", re.ASCII)
TIME = re.compile(r".*\d[ T]\d{1,2}[:h]\d{2}.*", re.ASCII)
MIDNIGHT = re.compile(r"(\d{4}-\d{2}-\d{2})[ T]00:00:00(\.0+)?", re.ASCII)
INTEGER = re.compile(r"(-?\d+)(,0{1,2})?", re.ASCII)
SCIENTIFIC = re.compile(r"\d([.,]\d+)?E\+?\d{1,3}", re.ASCII | re.IGNORECASE)
ROUNDED = re.compile(r"\d{15}0+", re.ASCII)
ERROR = re.compile(r"#(REF|N/?A|VALUE|VALEUR|DIV/0|NAME|NOM|NULL|NUL|NUM|NOMBRE|CALC|SPILL)[!?]?.*")
MONTH = r"(janv|févr|mars|avr|mai|juin|juil|août|sept|oct|nov|déc)\.?"
NOT_AN_IDENTIFIER = re.compile(
    r"-?\d+[.,]\d+|-?\d+([.,]\d+)? ?%"
    r"|\d{1,4}:\d{2}(:\d{2}([.,]\d+)?)?"
    r"|(?i:true|false|vrai|faux)"
    r"|\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}.*"
    rf"|\d{{1,2}}[ -]{MONTH}([ -]\d{{2,4}})?|{MONTH}[ -]\d{{2,4}}",
    re.ASCII,
)
"""A decimal, a percent, a time, a truth or a date, as spreadsheets write them."""
DAY_OR_MONTH = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})", re.ASCII)
MISSING_WORDS = (
    "n/a na n.a. null none nil nan nc n.c. nr n.r. ? ?? - -- --- / neant inconnu inconnue"
)
MISSING_PHRASES = (
    "non renseigne",
    "non renseignee",
    "non connu",
    "non communique",
    "sans objet",
    "vide",
)
MISSING = frozenset({*MISSING_WORDS.split(" "), *MISSING_PHRASES})
TOTALS = re.compile(r"(sous[ -]?|grand )?tota(l|ux)\b.*|somme\b.*|moyenne\b.*|nombre de lignes\b.*")
WITHHELD = "[retiré]"
STORED_DATE = r"^(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}$"
STORED_INTEGER = r"^-?[0-9]{1,9}$"


def stored(field: Field, value: str, from_workbook: bool) -> str:
    """The value as it is stored, where it is spelt in a declared way; else as delivered."""
    value = trimmed(value)
    if not value:
        return ""
    if field.type == "date":
        return _stored_date(value, from_workbook)
    if field.type == "integer":
        found = INTEGER.fullmatch(INSIDE_NUMBERS.sub("", value))
        return str(int(found[1])) if found and len(found[1]) <= 9 else value
    if field.spellings is not None:
        return _stored_choice(value, field.spellings, field.delimiter)
    if field.delimiter:
        items = [item.strip() for item in value.split(field.delimiter)]
        return field.delimiter.join(item for item in items if item)
    return value


def _stored_date(value: str, from_workbook: bool) -> str:
    midnight = MIDNIGHT.fullmatch(value)
    if from_workbook and midnight:
        value = midnight[1]
    found = _date(value)
    return found.isoformat() if found else value


def _date(value: str) -> date | None:
    """The date, where it is spelt as declared and exists."""
    if french := FRENCH_DATE.fullmatch(value):
        parts = french.groups()[::-1]
    elif iso := ISO_DATE.fullmatch(value):
        parts = iso.groups()
    else:
        return None
    try:
        return date(*map(int, parts))
    except ValueError:
        return None


def _stored_choice(value: str, spellings: dict[str, str], delimiter: str) -> str:
    if not delimiter:
        return spellings.get(folded(value), value)
    items = [folded(item) for item in value.split(delimiter) if item.strip()]
    if not all(item in spellings for item in items):
        return value
    return delimiter.join(dict.fromkeys(spellings[item] for item in items))


def has_odd_spaces(value: str) -> bool:
    """Whether no-break, invisible or doubled spaces stand in the value."""
    return SPACES.sub(" ", value).strip() != value.strip(" ")


def is_total(first_value: str) -> bool:
    """Whether a row that begins with this value is a row of totals."""
    return TOTALS.fullmatch(folded(first_value)) is not None


def wrong_text(value: str) -> str | None:
    """The check that a text fails in whatever column it stands, or None."""
    if not value:
        return None
    if value == WITHHELD:
        return "value_withheld"
    if ERROR.fullmatch(value.upper()):
        return "error_value"
    if folded(value) in MISSING:
        return "missing_as_text"
    if is_formula(value.removeprefix("'")):
        return "formula_text"
    return None


def wrong_identifier(value: str) -> str | None:
    """The check that an identifier fails by its own form, or None."""
    if SCIENTIFIC.fullmatch(value) or ROUNDED.fullmatch(value):
        return "identifier_scientific"
    if NOT_AN_IDENTIFIER.fullmatch(value) or _is_date(value):
        return "identifier_not_text"
    return wrong_text(value)


def _is_date(value: str) -> bool:
    """Whether it can be read as a date: in French or American order, with two or four figures."""
    if slashed := DAY_OR_MONTH.fullmatch(value):
        first, second = sorted((int(slashed[1]), int(slashed[2])))
        return 1 <= first <= 12 and second <= 31
    return _date(value) is not None


def look_alike_key(identifier: str) -> str:
    """What two identifiers share that look alike, or that a spreadsheet may make one of.

    Case, accents, spaces, kinds of dashes and quotes aside; without an apostrophe or zeros before.
    """
    key = identifier.lower() if identifier.isascii() else folded(identifier)
    key = key.replace(" ", "").lstrip("'`")
    return (key.lstrip("0") or "0") if key.isdigit() else key


def lost_zeros(values: list[str]) -> set[str]:
    """Identifiers that are shorter than those of the same column which begin with a zero.

    Where identifiers of figures alone begin with a zero, they have one width; a shorter one that
    does not begin with a zero has lost some.
    """
    figures = {value for value in values if value.isascii() and value.isdigit()}
    width = max((len(value) for value in figures if value.startswith("0")), default=0)
    return {value for value in figures if len(value) < width and not value.startswith("0")}


def explain(field: Field, value: str) -> str:
    """The check that a value fails which is not spelt in a declared way."""
    if field.type == "date":
        return _explain_date(value)
    if field.type == "integer":
        if INTEGER.fullmatch(value):
            return "value_out_of_range"
        return wrong_text(value) or "value_not_integer"
    if wrong := wrong_text(value):
        return wrong
    if field.type == "boolean":
        return "value_not_boolean"
    if value.isascii() and value.isdigit() and field.spellings is not None:
        padded = (value.zfill(width) for width in range(len(value) + 1, len(value) + 3))
        if any(code in field.spellings for code in padded):
            return "identifier_leading_zeros"
    return "value_not_in_list"


def _explain_date(value: str) -> str:
    if found := _date(value):
        return "date_future" if not 1900 <= found.year < 2100 else "date_invalid"
    if french := FRENCH_DATE.fullmatch(value):
        day, month, _ = map(int, french.groups())
        return "date_american" if month > 12 and 1 <= day <= 12 else "date_impossible"
    for form, check_id in (
        (ISO_DATE, "date_impossible"),
        (SHORT_YEAR, "date_short_year"),
        (SERIAL, "date_serial"),
        (TIME, "date_with_time"),
    ):
        if form.fullmatch(value):
            return check_id
    return wrong_text(value) or "date_invalid"
