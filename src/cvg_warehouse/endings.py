"""How a command ends: with one line per problem and an exit status."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from cvg_warehouse.terminal import INTERRUPTED, REFUSED, Refusal, complain, fault


@contextmanager
def plain_endings(state: str) -> Iterator[None]:
    """One line per problem and an exit status, where Python would show a traceback.

    `state` says what has not changed, or has.
    """
    try:
        yield
    except Refusal as refusal:
        complain(refusal.lines)
        raise typer.Exit(REFUSED) from None
    except KeyboardInterrupt:
        complain([f"interrupted; {state}"])
        raise typer.Exit(INTERRUPTED) from None
    except Exception as error:
        complain([f"{fault(error)}; {state}"])
        raise typer.Exit(REFUSED) from None
