"""The feedback as a workbook: a summary, the lines to fix, the worksite's own indicators."""

from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from cvg_warehouse.contracts.checks import all_checks, severity_of
from cvg_warehouse.feedback.french import plain, typeset
from cvg_warehouse.feedback.indicators import Indicator
from cvg_warehouse.feedback.letters import SEVERITIES, Letter, Problem
from cvg_warehouse.ingest.findings import Finding
from cvg_warehouse.template import SYNTHETIC

SUMMARY, ROWS, INDICATORS = "Résumé", "À corriger", "Indicateurs"
DECLARED = "Formulaire"
MOST_ROWS = 50_000
SUMMARY_WIDTHS = [20, 60, 20, 30, 30, 12, 14, 14]
COUNTS = ["Lignes", "Chargées", "Mises de côté", "Remplacées"]
LINE_HEIGHT = 15
OWN_ONLY = (
    "Pour votre structure seulement : de petits effectifs peuvent désigner une personne. "
    "La synthèse, elle, peut être transmise."
)
FORWARDABLE = "Synthèse sans ligne individuelle : elle peut être transmise."
COMMON_FILE = (
    "Fichier commun à plusieurs chantiers : les lignes comptées sont celles de tout le fichier."
)
INK, SOFT = "#0B3D5C", "#55616F"
COLOURS = {"refuse": "#F4C7C3", "quarantine": "#FCE8B2", "warn": "#E8EEF4"}

Cell = str | int | float | None


class FeedbackBook:
    """One workbook under way."""

    def __init__(self, file: Path, letter: Letter) -> None:
        self.letter = letter
        # Texts stay texts: nothing of what a worksite wrote becomes a formula or a link.
        self.book = xlsxwriter.Workbook(
            str(file),
            {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
        )
        comment = SYNTHETIC if letter.is_synthetic else ""
        created = datetime(max(letter.years, default=2000), 1, 1)
        self.book.set_properties(
            {"title": f"Retour CVG {letter.code}", "comments": comment, "created": created}
        )
        self.formats = {
            "title": self._format(bold=True, font_size=16, font_color=INK),
            "subtitle": self._format(font_size=12, font_color=SOFT),
            "heading": self._format(bold=True, font_size=12, font_color=INK),
            "note": self._format(italic=True, font_color=SOFT),
            "header": self._format(
                bold=True, bg_color=INK, font_color="#FFFFFF", text_wrap=True, valign="top"
            ),
            "header_of_numbers": self._format(
                bold=True, bg_color=INK, font_color="#FFFFFF", valign="top", align="right"
            ),
            "text": self._format(text_wrap=True, valign="top"),
            "beside": self._format(font_color=SOFT, valign="top", indent=1),
            "share": self._format(num_format="0.0%", valign="top"),
            "count": self._format(num_format="#,##0", valign="top"),
            "mean": self._format(num_format="0.0", valign="top"),
        }
        for severity, colour in COLOURS.items():
            self.formats[severity] = self._format(text_wrap=True, valign="top", bg_color=colour)

    def write(self, indicators: list[Indicator], year: int | None, is_forwardable: bool) -> None:
        """Write all sheets and close the file."""
        self._write_summary(is_forwardable)
        if not is_forwardable:
            if self.letter.findings:
                self._write_rows()
            if self.letter.declared:
                self._write_declared()
            if indicators:
                self._write_indicators(indicators, year)
        self.book.close()

    def _format(self, **properties: object) -> Format:
        return self.book.add_format({"font_name": "Calibri", "font_size": 11} | properties)

    def _write_summary(self, is_forwardable: bool) -> None:
        letter = self.letter
        sheet = self._sheet(SUMMARY, SUMMARY_WIDTHS)
        sheet.hide_gridlines(2)
        kind = "Synthèse" if is_forwardable else "Retour"
        sheet.write_string(0, 0, f"{kind} sur votre livraison CVG", self.formats["title"])
        sheet.write_string(1, 0, f"{letter.code}, {letter.label}", self.formats["subtitle"])
        line = 2
        notes = [FORWARDABLE if is_forwardable else OWN_ONLY]
        if letter.is_synthetic:
            notes.insert(0, SYNTHETIC)
        if letter.shares_files:
            notes.append(COMMON_FILE)
        for year in letter.absent_years:
            notes.append(f"Rien n'est livré pour {year} : l'année compte comme inconnue.")
        for note in notes:
            sheet.write_string(line, 0, note, self.formats["note"])
            line += 1
        line = self._table(
            sheet,
            line + 1,
            "Les lignes livrées",
            *(self._by_export() if is_forwardable else self._by_sheet()),
        )
        problems = letter.forwardable_problems if is_forwardable else letter.problems
        if problems:
            self._table(sheet, line + 1, "Ce qui est à corriger", *self._problems(problems))
        else:
            sheet.write_string(line + 1, 0, "Rien à corriger. Merci !", self.formats["heading"])

    def _by_sheet(self) -> tuple[list[str], list[list[Cell]], list[str]]:
        rows: list[list[Cell]] = []
        for b in self.letter.balances:
            counts = [b.lines, b.loaded, b.quarantined, b.replaced] if b.export else []
            rows.append([b.export, b.file, b.sheet, b.outcome, *counts])
        return ["Export", "Fichier", "Feuille", "État", *COUNTS], rows, []

    def _by_export(self) -> tuple[list[str], list[list[Cell]], list[str]]:
        rows: list[list[Cell]] = [
            [b.export, "", "", "", b.lines, b.loaded, b.quarantined, b.replaced]
            for b in self.letter.by_export
        ]
        return ["Export", "", "", "", *COUNTS], rows, []

    def _problems(self, problems: list[Problem]) -> tuple[list[str], list[list[Cell]], list[str]]:
        header = ["Gravité", "Que faire", "Feuille ou export", "Fichier", "Colonne", "Nombre"]
        rows: list[list[Cell]] = [
            [p.severity_fr, p.guidance, p.sheet or p.export, p.file, p.columns_fr, p.times]
            for p in problems
        ]
        return header, rows, [problem.severity for problem in problems]

    def _write_rows(self) -> None:
        sheet = self._sheet(ROWS, [20, 34, 20, 10, 44, 100])
        header = [
            "Gravité",
            "Fichier",
            "Feuille",
            "Ligne",
            "Colonne",
            "Ce qui ne va pas, que faire",
        ]
        sheet.write_row(0, 0, header, self.formats["header"])
        sheet.freeze_panes(1, 0)
        found = self._found_by_place()
        sheet.write_string(0, 3, header[3], self.formats["header_of_numbers"])
        for line, (one, columns) in enumerate(found[:MOST_ROWS], start=1):
            severity = severity_of(one.check_id)
            guidance = typeset(all_checks()[one.check_id].guidance_fr)
            place = plain(one.file), plain(one.sheet), one.line or None
            where = ", ".join(columns) + _seen(one.other)
            self._row(sheet, line, [SEVERITIES[severity], *place, where, guidance], severity)
        if len(found) > MOST_ROWS:
            rest = f"… et {len(found) - MOST_ROWS} autres : corrigez d'abord celles-ci."
            sheet.write_string(MOST_ROWS + 1, 0, rest, self.formats["note"])
        sheet.autofilter(0, 0, min(len(found), MOST_ROWS), len(header) - 1)
        sheet.repeat_rows(0)

    def _found_by_place(self) -> list[tuple[Finding, list[str]]]:
        """A finding for each row to write, with its columns: those of a whole sheet together."""
        order = list(SEVERITIES)
        columns: dict[Finding, list[str]] = defaultdict(list)
        for one in sorted(
            self.letter.findings, key=lambda f: (order.index(severity_of(f.check_id)), f)
        ):
            place = one if one.line else replace(one, column="", worksite="")
            columns[place] += [plain(one.column)] if one.column else []
        return list(columns.items())

    def _write_declared(self) -> None:
        """The declared totals of its forms that its rows do not confirm."""
        sheet = self._sheet(DECLARED, [30, 34, 50, 12, 12, 90])
        header = ["Période", "Partie", "Ligne", "Déclaré", "Compté", "Constat"]
        for column, name in enumerate(header):
            form = "header_of_numbers" if column in (3, 4) else "header"
            sheet.write_string(0, column, name, self.formats[form])
        sheet.freeze_panes(1, 0)
        for line, one in enumerate(self.letter.declared, start=1):
            kind = "count" if one.unit == "people" else "mean"
            for column, text in ((0, one.period), (1, one.part), (2, one.label), (5, one.sentence)):
                sheet.write_string(line, column, text, self.formats["text"])
            for column, value in ((3, one.declared), (4, one.counted)):
                if value is not None:
                    sheet.write_number(line, column, value, self.formats[kind])

    def _write_indicators(self, indicators: list[Indicator], year: int | None) -> None:
        letter = self.letter
        sheet = self._sheet(INDICATORS, [22, 60, 46, 14, 16, 14, 14])
        sheet.write_string(0, 0, f"Vos indicateurs {year}", self.formats["title"])
        sheet.write_string(1, 0, OWN_ONLY, self.formats["note"])
        if letter.is_synthetic:
            sheet.write_string(2, 0, SYNTHETIC, self.formats["note"])
        header = ["Thème", "Indicateur", "Détail", letter.code, "dont", "Territoire", "Programme"]
        for column, name in enumerate(header):
            form = "header_of_numbers" if column in (3, 5, 6) else "header"
            sheet.write_string(3, column, name, self.formats[form])
        sheet.freeze_panes(4, 2)
        for line, one in enumerate(indicators, start=4):
            kind = one.statistic if one.statistic in ("share", "count") else "mean"
            for column, text in enumerate((one.theme, one.label, one.detail)):
                sheet.write_string(line, column, text, self.formats["text"])
            for column, value in ((3, one.value), (5, one.territory), (6, one.whole)):
                if value is not None:
                    sheet.write_number(line, column, value, self.formats[kind])
            sheet.write_string(line, 4, one.of, self.formats["beside"])
        sheet.autofilter(3, 0, 3 + len(indicators), len(header) - 1)

    def _sheet(self, name: str, widths: list[int]) -> Worksheet:
        sheet = self.book.add_worksheet(name)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        return sheet

    def _table(
        self,
        sheet: Worksheet,
        line: int,
        heading: str,
        header: list[str],
        rows: list[list[Cell]],
        colours: list[str],
    ) -> int:
        """Write a table below its heading; returns the line after it."""
        sheet.write_string(line, 0, heading, self.formats["heading"])
        for column, name in enumerate(header):
            form = "header_of_numbers" if name in (*COUNTS, "Nombre") else "header"
            sheet.write_string(line + 1, column, name, self.formats[form])
        for offset, row in enumerate(rows):
            # Not every spreadsheet finds the height of wrapped text by itself.
            wrapped = max(
                -(-len(cell) // int(width * 0.9))
                for cell, width in zip(row, SUMMARY_WIDTHS, strict=False)
                if isinstance(cell, str)
            )
            sheet.set_row(line + 2 + offset, LINE_HEIGHT * max(wrapped, 1))
            self._row(sheet, line + 2 + offset, row, colours[offset] if colours else None)
        return line + 2 + len(rows)

    def _row(self, sheet: Worksheet, line: int, cells: list[Cell], colour: str | None) -> None:
        """Write a row; its first cell has the colour of its severity."""
        for column, value in enumerate(cells):
            form = self.formats[colour if colour and not column else "text"]
            if value is None or value == "":
                sheet.write_blank(line, column, None, form)
            elif isinstance(value, str):
                sheet.write_string(line, column, value, form)
            else:
                sheet.write_number(line, column, value, self.formats["count"])


def _seen(other: str) -> str:
    """The place that a row is compared with, as a reader takes it: `file:line`, or a line here."""
    where, _, line = other.rpartition(":")
    return f" (voir {f'{plain(where)}, ' if where else ''}ligne {line})" if other else ""
