"""Small deliveries to spoil: rows of invented people, as CSV or workbook."""

import io
from collections.abc import Callable, Iterable
from pathlib import Path

import openpyxl

from cvg_warehouse import ingest
from cvg_warehouse.ingest.findings import FileResult, IngestResult

KEY = bytes(range(32))
Row = dict[str, str]


def salarie(number: int = 1, **changes: str) -> Row:
    """A row of salaries that every check lets pass."""
    row = {
        "annee": "2024",
        "territoire": "01-Paris",
        "chantier": "PAR-01",
        "id_salarie": f"S{number:04}",
        "id_parcours": f"P{number:04}",
        "date_naissance": "15/06/1980",
        "sexe": "F",
        "date_entree": "02/01/2024",
        "orienteur": "France Travail",
        "logement_entree": "Hôtel",
        "rsa_entree": "oui",
    }
    return row | changes


def sortie(number: int = 1, **changes: str) -> Row:
    row = {
        "annee": "2024",
        "territoire": "01-Paris",
        "chantier": "PAR-01",
        "id_parcours": f"P{number:04}",
        "date_sortie": "30/09/2024",
        "motif_sortie": "01",
        "fiche_complete": "oui",
    }
    return row | changes


def action(number: int = 1, **changes: str) -> Row:
    row = {
        "annee": "2024",
        "id_action": f"A{number:04}",
        "date_action": "05/03/2024",
        "territoire": "01-Paris",
        "domaine": "logement",
        "types_action": "4-Lien CIP",
        "partenaires": "Bailleur partenaire 12",
    }
    return row | changes


def atelier(number: int = 1, **changes: str) -> Row:
    row = {
        "annee": "2024",
        "id_atelier": f"T{number:04}",
        "date_atelier": "05/03/2024",
        "territoire": "01-Paris",
        "domaine": "santé",
        "theme": "accès aux soins",
        "public": "permanents",
        "participants": "12",
    }
    return row | changes


def salaries(*changes: Row, count: int = 3) -> list[Row]:
    """Some rows of salaries, the first ones changed."""
    changed = [*changes, *({} for _ in range(count - len(changes)))]
    return [salarie(number) | change for number, change in enumerate(changed, start=1)]


def csv_text(rows: Iterable[Row], separator: str = ";", end: str = "\n") -> str:
    rows = list(rows)
    lines = [list(rows[0]), *([row.get(name, "") for name in rows[0]] for row in rows)]
    return "".join(separator.join(map(quoted(separator), line)) + end for line in lines)


def quoted(separator: str) -> Callable[[str], str]:
    return lambda value: f'"{value}"' if separator in value else value


def workbook(sheets: dict[str, list[Row]]) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        sheet.append(list(rows[0]))
        for row in rows:
            sheet.append([row[column] or None for column in rows[0]])
    return book


def saved(book: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def deliver(folder: Path, files: dict[str, str | bytes]) -> Path:
    """Write files below the folder."""
    for path, content in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def take_in(folder: Path, files: dict[str, str | bytes], jobs: int = 1) -> IngestResult:
    """Deliver files into a new folder and take them in."""
    number = len(list(folder.glob("deliveries*")))
    deliveries = deliver(folder / f"deliveries{number}", files)
    return ingest.run(deliveries, folder / "out", KEY, jobs)


def checks_of(result: IngestResult | FileResult) -> set[str]:
    return {finding.check_id for finding in result.findings}


def written(folder: Path) -> bytes:
    """Every byte below a folder, names of files included."""
    return b"\n".join(
        str(file).encode() + file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    )
