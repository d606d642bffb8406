"""`cvg template`: the workbook that a worksite or a territory's team fills in, made from contracts.

Its sheets, headers, lists and limits are those that the ingest reads by, so what the workbook lets
a person enter is what the ingest takes.
"""

import csv
import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range_abs
from xlsxwriter.worksheet import Worksheet

from cvg_warehouse.contracts.exports import EXPORTS, Field, contract_of
from cvg_warehouse.contracts.seeds import LABELS, reference, territories_of_worksite, today
from cvg_warehouse.files import unfinished_file
from cvg_warehouse.ingest.expectations import DATES_OF_YEAR, OLDEST, YOUNGEST
from cvg_warehouse.ingest.reading import NAMES
from cvg_warehouse.terminal import Refusal, shown

GUIDE, LISTS = "Mode d'emploi", "Listes"
GUIDE_TEXTS = Path(__file__).with_name("template_guide.csv")
TEAM_EXPORTS = ("actions", "ateliers")
PLACES = ("territories", "worksites")
PLACED = ("annee", "territoire", "chantier")
BY_DOMAIN = {
    "types_action": ("action_types", "action_type"),
    "motif_sollicitation": ("request_reasons", "request_reason"),
}
"""Columns whose list depends on the domain of the row: the seed and its column."""
LAST_ROW = 5_000
"""Rows that lists and limits are laid over."""
LONGEST_LIST = 255
"""Signs that Excel takes in a list which stands in the rule itself."""
EARLIEST_ENTRY = date(1990, 1, 1)
LONGEST_PATHWAY = 20
SYNTHETIC = "Données de démonstration : aucune ligne ne décrit une personne réelle."

Rows = Mapping[str, Iterable[Mapping[str, str]]]
"""Rows by export: values by column, dates as AAAA-MM-JJ."""


@dataclass(frozen=True)
class Sender:
    """Who fills the workbook in."""

    code: str
    label: str
    territories: tuple[str, ...]
    """Territories whose codes may be entered, its own first."""
    worksites: tuple[str, ...]
    """Worksites whose codes may be entered."""
    exports: tuple[str, ...]

    @property
    def is_team(self) -> bool:
        """Whether it is the team of a territory, not a worksite."""
        return self.code in self.territories


def worksite_sender(worksite: str) -> Sender:
    """The worksite of that code. Raises Refusal where there is none."""
    rows = today("worksites", "worksite_id")
    code = _known(worksite, list(rows), "--worksite", "worksites")
    territories = tuple(territories_of_worksite()[code])
    return Sender(code, rows[code]["label_fr"], territories, (code,), EXPORTS)


def team_sender(territory: str) -> Sender:
    """The partnership officers of that territory. Raises Refusal where there are none."""
    names = _territory_names()
    code = _known(territory, list(names), "--territory", "territories")
    worksites = [one for one, places in territories_of_worksite().items() if code in places]
    label = f"Équipe {names[code]}"
    return Sender(code, label, (code,), tuple(worksites), TEAM_EXPORTS)


def write_template(file: Path, sender: Sender, year: int, rows: Rows | None = None) -> None:
    """Write the workbook, empty or with the given rows.

    Raises Refusal where the file exists (somebody may have filled it in) or cannot be written.
    """
    years = contract_of("salaries")["annee"]
    first, last = years.minimum or 1, years.maximum or 9999
    if not first <= year <= last:
        raise Refusal(f"--year {year}: name a year from {first} to {last}")
    if file.suffix.lower() != ".xlsx":
        raise Refusal(f"--out {shown(file)}: name a file that ends with .xlsx")
    if file.exists():
        raise Refusal(f"--out {shown(file)}: exists, and may be filled in; name another file")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with unfinished_file(file) as unfinished:
            Template(unfinished, sender, year, rows or {}).write()
    except (OSError, xlsxwriter.exceptions.FileCreateError) as error:
        reason = getattr(error, "strerror", None) or "not writable"
        raise Refusal(f"--out {shown(file)}: cannot be written ({reason})") from None


def choices_of(export: str) -> dict[str, list[str]]:
    """What a person picks from, by column with a closed list: labels where the values are codes."""
    return {
        field.name: [labels.get(value, value) for value in field.allowed]
        for field in contract_of(export).fields
        if field.spellings is not None
        for labels in (_labels(field),)
    }


def columns_of_template(export: str) -> list[Field]:
    """Columns that are asked for: direct identifiers only where the ingest makes use of them."""
    fields = contract_of(export).fields
    return [field for field in fields if field.is_read or field.name in NAMES]


class Template:
    """One workbook under way."""

    def __init__(self, file: Path, sender: Sender, year: int, rows: Rows) -> None:
        self.sender, self.year, self.rows = sender, year, rows
        self.book = xlsxwriter.Workbook(str(file), {"default_date_format": "dd/mm/yyyy"})
        # The same workbook for the same arguments, to the byte.
        self.book.set_properties(
            {
                "title": f"Livraison CVG {year}, {sender.code}",
                "comments": SYNTHETIC if rows else "",
                "created": datetime(year, 1, 1),
            }
        )
        self.formats = {
            "title": self._format(bold=True, font_size=16, font_color="#0B3D5C"),
            "subtitle": self._format(font_size=12, font_color="#55616F"),
            "heading": self._format(bold=True, font_size=12, font_color="#0B3D5C"),
            "note": self._format(bold=True, bg_color="#FFF4D6", text_wrap=True),
            "plain": self._format(text_wrap=True, valign="top"),
            "bold": self._format(bold=True, valign="top"),
            "required": self._header("#0B3D5C", "#FFFFFF"),
            "optional": self._header("#D9E6EF", "#1D2733"),
            "direct": self._header("#E4E4E4", "#1D2733"),
            "text": self._format(num_format="@"),
            "date": self._format(num_format="dd/mm/yyyy"),
            "integer": self._format(num_format="0"),
            "twice": self._format(bg_color="#F8D7DA"),
        }
        self.lists: dict[str, str] = {}
        """Range of the sheet of lists by name of the list."""

    def write(self) -> None:
        """Write all sheets and close the file."""
        guide = self.book.add_worksheet(GUIDE)
        sheets = {export: self.book.add_worksheet(export) for export in self.sender.exports}
        self._write_lists(self.book.add_worksheet(LISTS))
        self._write_guide(guide)
        for export, sheet in sheets.items():
            self._write_export(sheet, export)
        guide.activate()
        self.book.close()

    def _format(self, **properties: object) -> Format:
        return self.book.add_format({"font_name": "Calibri", "font_size": 11} | properties)

    def _header(self, ground: str, ink: str) -> Format:
        return self._format(
            bold=True, bg_color=ground, font_color=ink, text_wrap=True, valign="top", border=1
        )

    def _write_lists(self, sheet: Worksheet) -> None:
        """The long lists, a column each, and those that depend on a domain beside their domains."""
        at, ranges = 0, dict[tuple[str, ...], str]()

        def column(title: str, values: list[str]) -> str:
            nonlocal at
            sheet.write_string(0, at, title, self.formats["optional"])
            sheet.write_column(1, at, values)
            sheet.set_column(at, at, min(max(map(len, [title, *values])) + 2, 60))
            at += 1
            return f"{LISTS}!{xl_range_abs(1, at - 1, len(values), at - 1)}"

        for export in self.sender.exports:
            for name, values in choices_of(export).items():
                if name in BY_DOMAIN:
                    seed, of = BY_DOMAIN[name]
                    rows = sorted(reference(seed), key=lambda row: row["domain"])
                    self.lists[f"domaine {name}"] = column(
                        f"domaine de {name}", [row["domain"] for row in rows]
                    )
                    self.lists[name] = column(name, [row[of] for row in rows])
                elif name not in PLACED and not _fits_in_rule(values):
                    ranges[tuple(values)] = ranges.get(tuple(values)) or column(name, values)
                    self.lists[name] = ranges[tuple(values)]
        sheet.freeze_panes(1, 0)

    def _write_guide(self, sheet: Worksheet) -> None:
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 1, 100)
        sheet.write(0, 0, f"Livraison CVG {self.year}", self.formats["title"])
        sheet.write(1, 0, f"{self.sender.code}, {self.sender.label}", self.formats["subtitle"])
        if self.rows:
            sheet.write(2, 0, SYNTHETIC, self.formats["bold"])
        line, section_before = 3, ""
        for section, label, text in self._guide():
            if section != section_before:
                line += bool(section_before)
                sheet.write(line, 0, section, self.formats["heading"])
                line, section_before = line + 1, section
            sheet.write_string(line, 0, label, self.formats["bold"])
            sheet.write_string(line, 1, text, self.formats["plain"])
            line += 1
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)

    def _guide(self) -> Iterator[tuple[str, str, str]]:
        """Section, label and text of each line of the guide."""
        sender = self.sender
        places = " ou ".join(sender.territories)
        values = {"year": self.year, "territory": places, "code": sender.code}
        with GUIDE_TEXTS.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                if row["for"] == ("worksite" if sender.is_team else "team"):
                    continue
                if row["label"] == "{sheets}":
                    for export in sender.exports:
                        yield row["section"], export, contract_of(export).description_fr
                else:
                    yield row["section"], row["label"], row["text"].format(**values)

    def _write_export(self, sheet: Worksheet, export: str) -> None:
        contract, choices = contract_of(export), choices_of(export)
        fields = columns_of_template(export)
        at = {field.name: position for position, field in enumerate(fields)}
        sheet.set_row(0, 48)
        sheet.freeze_panes(1, at["id_parcours"] + 1 if "id_parcours" in at else 2)
        for position, field in enumerate(fields):
            kind = _kind(field)
            sheet.write_string(0, position, field.name, self.formats[_look(field)])
            sheet.write_comment(
                0,
                position,
                _comment(field, choices.get(field.name)),
                {"author": "CVG", "x_scale": 2.2, "y_scale": 1.2, "font_size": 9},
            )
            sheet.set_column(position, position, _width(field, choices.get(field.name)),
                             self.formats[kind])  # fmt: skip
            rule = self._rule(export, field, at, choices.get(field.name))
            if rule:
                sheet.data_validation(1, position, LAST_ROW, position, rule)
            if set(contract.key) - {"annee"} == {field.name}:
                twice = {"type": "duplicate", "format": self.formats["twice"]}
                sheet.conditional_format(1, position, LAST_ROW, position, twice)
        for line, row in enumerate(self.rows.get(export, ()), start=1):
            for position, field in enumerate(fields):
                self._write_value(sheet, line, position, field, row.get(field.name, ""))

    def _write_value(
        self, sheet: Worksheet, line: int, position: int, field: Field, value: str
    ) -> None:
        if not value:
            return
        if field.type == "date":
            sheet.write_datetime(line, position, date.fromisoformat(value), self.formats["date"])
        elif field.type == "integer":
            sheet.write_number(line, position, int(value), self.formats["integer"])
        else:
            sheet.write_string(line, position, value, self.formats[_kind(field)])

    def _rule(
        self, export: str, field: Field, at: dict[str, int], choices: list[str] | None
    ) -> dict[str, object] | None:
        """The validation of a column, as XlsxWriter takes it."""
        if field.name == "annee":
            return _list([str(self.year)], f"L'année de ce classeur est {self.year}.")
        if field.name == "territoire":
            wrong = f"Votre territoire est {' ou '.join(self.sender.territories)}."
            return _list(list(self.sender.territories), wrong)
        if field.name == "chantier":
            wrong = f"Choisissez un chantier de {' ou '.join(self.sender.territories)}."
            return _list(list(self.sender.worksites), wrong)
        if field.type == "date":
            return _dates(*self._days(export, field.name))
        if field.type == "integer":
            return _integers(field)
        if choices is None:
            return None
        if field.name in BY_DOMAIN:
            return self._list_of_domain(field, at["domaine"])
        source = choices if _fits_in_rule(choices) else f"={self.lists[field.name]}"
        rule = _list(source, "Choisissez une valeur de la liste, ou laissez vide.")
        # Several values may be written with ";" between them, which no list can offer.
        return rule | {"show_error": not field.delimiter}

    def _days(self, export: str, name: str) -> tuple[date, date]:
        """First and last day that a date may have."""
        end = date(self.year, 12, 31)
        if DATES_OF_YEAR.get(export) == name:
            return date(self.year, 1, 1), end
        if name == "date_naissance":
            oldest = self.year - OLDEST - LONGEST_PATHWAY
            return date(oldest, 1, 1), date(self.year - YOUNGEST, 12, 31)
        return EARLIEST_ENTRY, end

    def _list_of_domain(self, field: Field, domain_column: int) -> dict[str, object]:
        """The part of a list that belongs to the row's first domain; it is sorted by domain.

        Values of another domain of the row may be entered in spite of the message.
        """
        domains, values = self.lists[f"domaine {field.name}"], self.lists[field.name]
        first = values.split(":")[0]
        cell = f"${xlsxwriter.utility.xl_col_to_name(domain_column)}2"
        domain = f'TRIM(LEFT({cell},FIND(";",{cell}&";")-1))'
        source = f"=OFFSET({first},MATCH({domain},{domains},0)-1,0,COUNTIF({domains},{domain}),1)"
        rule = _list(source, "Choisissez d'abord le domaine, puis une valeur de la liste.")
        return rule | {"show_error": not field.delimiter, "error_type": "warning"}


def _known(code: str, codes: list[str], option: str, listed: str) -> str:
    """The code as it is listed. Raises Refusal with the nearest ones where it is not."""
    for known in codes:
        if known.casefold() == code.strip().casefold():
            return known
    folded = {known.casefold(): known for known in codes}
    near = [folded[one] for one in difflib.get_close_matches(code.casefold(), folded, n=3)]
    hint = (
        f"did you mean {' or '.join(near)}?" if near else f"seeds/reference/{listed}.csv lists them"
    )
    raise Refusal(f"{option} {code}: no such code among the {listed}; {hint}")


def _territory_names() -> dict[str, str]:
    return {code: row["name"] for code, row in today("territories", "territory_id").items()}


def _labels(field: Field) -> dict[str, str]:
    """Label by stored value, where values are codes that only the ingest need know."""
    seed, stored = field.refers_to or ("", "")
    if seed in PLACES or seed not in LABELS:
        return {}
    (label,) = LABELS[seed]
    return {code: row[label] for code, row in today(seed, stored).items()}


def _kind(field: Field) -> str:
    return field.type if field.type in ("date", "integer") else "text"


def _look(field: Field) -> str:
    if not field.is_read:
        return "direct"
    return "required" if field.required else "optional"


def _width(field: Field, choices: list[str] | None) -> int:
    longest = max(map(len, choices or [""]))
    return max(12, min(len(field.name) + 3, 26), min(longest + 2, 34))


def _comment(field: Field, choices: list[str] | None) -> str:
    lines = [field.description_fr, "Obligatoire." if field.required else "Facultatif."]
    if field.type == "boolean":
        lines.append("oui ou non ; vide si l'information n'est pas connue.")
    elif field.type == "date":
        lines.append("Format JJ/MM/AAAA.")
    elif field.type == "integer" and field.minimum is not None and field.maximum is not None:
        lines.append(f"Nombre entier de {field.minimum} à {field.maximum}.")
    elif choices is not None:
        lines.append("À choisir dans la liste.")
    return "\n".join(lines)


def _fits_in_rule(values: list[str]) -> bool:
    return len(",".join(values)) <= LONGEST_LIST and not any("," in value for value in values)


def _list(source: list[str] | str, wrong: str) -> dict[str, object]:
    return {"validate": "list", "source": source, "error_title": "Hors liste",
            "error_message": wrong}  # fmt: skip


def _dates(first: date, last: date) -> dict[str, object]:
    return {
        "validate": "date",
        "criteria": "between",
        "minimum": first,
        "maximum": last,
        "error_title": "Date hors limites",
        "error_message": f"Indiquez une date (JJ/MM/AAAA) du {first:%d/%m/%Y} au {last:%d/%m/%Y}.",
    }


def _integers(field: Field) -> dict[str, object]:
    rule: dict[str, object] = {"validate": "integer", "error_title": "Nombre hors limites"}
    if field.maximum is None:
        least = field.minimum or 0
        rule |= {"criteria": ">=", "value": least}
        return rule | {"error_message": f"Indiquez un nombre entier, {least} ou plus."}
    rule |= {"criteria": "between", "minimum": field.minimum, "maximum": field.maximum}
    message = f"Indiquez un nombre entier de {field.minimum} à {field.maximum}."
    return rule | {"error_message": message}
