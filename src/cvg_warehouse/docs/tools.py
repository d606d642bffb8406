"""Runs the programs that document the warehouse."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from cvg_warehouse.paths import PROJECT
from cvg_warehouse.terminal import Refusal


def run(command: Sequence[str | Path], **variables: str) -> None:
    """Run a program of the environment in the project, with some environment variables on top.

    Raises `Refusal` where it is not installed, fails, or says that it left something out.
    """
    tool, *arguments = command
    program = Path(sys.executable).with_name(str(tool))
    if not program.exists():
        raise Refusal(f"{tool} is not in the environment; make it again: make clean build")
    result = subprocess.run(
        [program, *arguments],
        cwd=PROJECT,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    if result.returncode:
        # Not the program's own message, which may quote the data.
        raise Refusal(f"{tool} could not read the warehouse; build it again: make build")
    if " Error" in result.stderr or "[ERROR]" in result.stdout + result.stderr:
        raise Refusal(f"{tool} left something out; is it the version of requirements.lock?")
