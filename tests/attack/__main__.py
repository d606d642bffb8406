"""`python -m tests.attack EDITIONS`: attack every year of a folder's newest public edition."""

import argparse
import time
from pathlib import Path

from tests.attack.linear import attack
from tests.attack.table import Files


def main() -> None:
    """Print, year by year, how many masked counts there are and which are narrowed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("editions", type=Path, nargs="?", default=Path("editions"))
    files = Files(parser.parse_args().editions)
    for year in files.years:
        began = time.monotonic()
        table = files.table(year)
        found = attack(table)
        seconds = time.monotonic() - began
        print(
            f"{year}: {len(found)} of {len(table.masked)} masked counts narrowed, {seconds:.0f} s"
        )
        for one in found:
            print(f"  {one}")


if __name__ == "__main__":
    main()
