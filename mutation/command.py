"""The command `python -m mutation`."""

from typing import Annotated

import typer

from cvg_warehouse.terminal import out


def main(
    seed: Annotated[int, typer.Option(help="Another seed draws other mutants.")] = 1,
    data: Annotated[int, typer.Option(help="Data mutants to draw, besides the fixed ones.")] = 40,
    sql: Annotated[int, typer.Option(help="SQL mutants to draw, besides the known ones.")] = 60,
    page: Annotated[bool, typer.Option("--page", help="Write docs/mutation.md.")] = False,
) -> None:
    """Break the exports and the models on purpose, and print what notices each fault.

    Needs two builds and about a second for each mutant; the work lies in target/mutation.

    Example: python -m mutation --seed 7 --data 60 --sql 100
    """
    from mutation.bench import run
    from mutation.report import summary, table, write_page

    found = run(seed, data, sql)
    out.print(table("Faults in data", found.data), table("Faults in models", found.sql))
    for line in summary(found):
        out.print(line)
    if page:
        write_page(found)
