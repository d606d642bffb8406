"""docs/performance.md and its plot, out of what `make bench` measured.

python -m bench.page target/bench/result.json [--write]
"""

import json
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import altair as alt
import polars as pl
import typer

from bench.run import PROJECT, Contestant, Scale

PAGE = PROJECT / "docs" / "performance.md"
PLOT = PROJECT / "docs" / "images" / "performance.svg"
TEXT = Path(__file__).with_suffix(".md")
PARTS = ("seeds", "models", "tests", "read", "cells")
CALENDAR_YEARS = "its SQL, calendar years"
SERIES = {
    "build": "cvg build",
    "its SQL alone": "its SQL alone",
    CALENDAR_YEARS: "its SQL up to mart_indicators, calendar years",
    "polars": "polars",
    "pandas": "pandas (exits, housing)",
    "spark": "Spark (up to mart_indicators)",
}


def table(head: list[str], rows: list[list[str]]) -> str:
    """A table of Markdown, numbers to the right."""
    ends = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ends, *rows])


def several(values: list[float], unit: str) -> str:
    """The median, and the range where there are several."""
    if len(values) == 1:
        return f"{values[0]:,.1f} {unit}"
    return f"{median(values):,.1f} {unit} ({min(values):,.1f} to {max(values):,.1f})"


def by_scale(scales: list[Scale]) -> str:
    """Time, memory and size of the build."""
    head = ["scale", "rows of exports", "exports", "build", "times the scale before"]
    head += ["times a cold parse", "peak memory", "warehouse", "one worksite changed"]
    rows = []
    for before, one in zip([None, *scales], scales, strict=False):
        times = f"{median(one.build) / median(before.build):.1f}" if before else ""
        status = {0: "", 1: ", with findings"}.get(one.build_status, ", failed")
        rows.append(
            [
                f"{one.scale:,}",
                f"{sum(one.rows.values()):,}",
                f"{one.exports_gb:.2f} GB",
                several(one.build, "s") + status,
                times,
                f"{median(one.build) / median(one.parse):.1f}",
                several(one.build_peak_gb, "GB"),
                f"{one.warehouse_gb:.2f} GB",
                f"{one.incremental:,.1f} s, {one.incremental / median(one.build):.2f} of it",
            ]
        )
    return table(head, rows)


def beside(scales: list[Scale]) -> str:
    """The other ways, in seconds, with memory and what the comparison found."""
    head = ["way", *(f"scale {one.scale:,}" for one in scales)]
    rows = [["`cvg build`", *(f"{median(one.build):,.1f} s" for one in scales)]]
    parts = {
        "its SQL alone": ("its SQL alone", ("seeds", "models", "tests")),
        "of calendar years, up to `mart_indicators`": (CALENDAR_YEARS, ("mart_from_files",)),
        "of these, rules and counting": (CALENDAR_YEARS, ("rules_and_counting",)),
    }
    for label, (way, names) in parts.items():
        taken = [one.contestants[way].seconds for one in scales]
        rows.append([label, *(f"{sum(each[name] for name in names):,.1f} s" for each in taken)])
    for name in ("polars", "pandas", "spark"):
        rows.append([SERIES[name], *(_told(one.contestants.get(name)) for one in scales)])
    rows.append(
        [
            "`dbt build` of exits, housing, health and pathways alone",
            *(f"{one.spine:,.1f} s" for one in scales),
        ]
    )
    return table(head, rows)


def _told(contestant: Contestant | None) -> str:
    """Seconds, memory and comparison; what was not measured says nothing."""
    if contestant is None:
        return ""
    memory = f", {contestant.peak_gb:.1f} GB" if contestant.peak_gb else ""
    return f"{_total(contestant):,.1f} s{memory}; {contestant.compared}"


def _total(contestant: Contestant) -> float:
    """Seconds of its parts; the others it says are parts of parts."""
    return sum(contestant.seconds.get(part, 0) for part in PARTS)


def slowest(one: Scale) -> str:
    """The steps that took longest."""
    rows = [[f"`{name}`", f"{seconds:,.1f}"] for name, seconds in one.slowest.items()]
    return table(["step", "seconds"], rows)


def plot(scales: list[Scale]) -> alt.Chart:
    """Seconds by scale, one line for each way."""
    points = [
        {"scale": one.scale, "way": SERIES["build"], "seconds": median(one.build)} for one in scales
    ]
    for one in scales:
        for name, found in one.contestants.items():
            of_one = {"scale": one.scale, "way": SERIES[name], "seconds": _total(found)}
            points.append(of_one)
    by_way = pl.DataFrame(points)
    return (
        alt.Chart(by_way, width=560, height=320)
        .mark_line(point=True)
        .encode(
            x=alt.X("scale:Q", title="scale (1 = the demo)")
            .scale(type="log")
            .axis(values=[one.scale for one in scales]),
            y=alt.Y("seconds:Q", title="seconds").scale(type="log"),
            color=alt.Color("way:N", sort=list(SERIES.values())).legend(title=None, labelLimit=0),
            strokeDash=alt.StrokeDash("way:N", sort=list(SERIES.values())).legend(None),
        )
    )


def page(measured: dict[str, Any], scales: list[Scale]) -> str:
    """The page as Markdown."""
    return TEXT.read_text(encoding="utf-8").format(
        on=measured["on"],
        machine=measured["machine"],
        by_scale=by_scale(scales),
        beside=beside([one for one in scales if one.contestants]),
        scale=f"{scales[-1].scale:,}",
        slowest=slowest(scales[-1]),
    )


def read(measured: dict[str, Any]) -> list[Scale]:
    """What `bench.run` measured, as it had it."""
    return [
        Scale(
            **one
            | {"contestants": {name: Contestant(**c) for name, c in one["contestants"].items()}}
        )
        for one in measured["scales"]
    ]


def main(result: Path, write: Annotated[bool, typer.Option()] = False) -> None:
    """Print the page, or write it with its plot."""
    measured = json.loads(result.read_text(encoding="utf-8"))
    scales = read(measured)
    if not write:
        print(page(measured, scales))
        return
    PAGE.write_text(page(measured, scales), encoding="utf-8")
    plot(scales).save(PLOT)
    print(f"{PAGE.relative_to(PROJECT)}, {PLOT.relative_to(PROJECT)}")


if __name__ == "__main__":
    typer.run(main)
