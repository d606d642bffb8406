"""The numbers of the page of doubts are those of the shipped exports."""

from tests.support.doubts import PAGE, QUERY_AND_TABLE, brought_up_to_date

from conftest import Built

TEXT = PAGE.read_text(encoding="utf-8")


def test_the_tables_are_what_their_queries_give(built: Built) -> None:
    wanted = brought_up_to_date(TEXT, built.warehouse)
    assert wanted == TEXT, "cvg build, then python -m tests.support.doubts"


def test_every_doubt_has_its_numbers() -> None:
    tables = [table for _, _, table in QUERY_AND_TABLE.findall(TEXT)]
    assert all(tables)
    assert len(tables) == TEXT.count("\n## ") > 0
