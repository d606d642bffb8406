"""`make mutate`: see `mutation.command`."""

import typer

from mutation.command import main

typer.run(main)
