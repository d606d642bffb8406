"""All that pages, descriptions and the picture name is there, and none of it is called planned."""

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest
import typer
import yaml

from conftest import read_rows
from cvg_warehouse.cli import app
from cvg_warehouse.paths import PROJECT, PUBLISHED_SEEDS, REFERENCE_SEEDS

PAGES = [*sorted(PROJECT.glob("*.md")), *sorted((PROJECT / "docs").rglob("*.md"))]
DESCRIBED = [*sorted(PROJECT.glob("models/**/*.yml")), *sorted(PROJECT.glob("seeds/**/*.yml"))]
PICTURE = PROJECT / "docs" / "data-flow.svg"
ENVIRONMENT = PROJECT / "docs" / "environment.md"

PLANNED = re.compile(
    r"\b(?:planned|not there|not yet|(?:does|do) not exist yet|to come|coming soon)\b",
    re.IGNORECASE,
)
# What may be called so: no command writes the Bilan; the README's example is one to be added.
NOT_THERE = () if "report" in typer.main.get_command(app).commands else ("Bilan as a document",)
NOT_THERE += ("An example that",)
STATEMENT_ENDS = re.compile(r"(?<=[.;])\s+|\n\s*\n|\n(?=[#|\-*])")
CODE = re.compile(r"^```\w*\n(.*?)^```|`([^`\n]+)`", re.MULTILINE | re.DOTALL)
SHELL_COMMENT = re.compile(r"\s#\s.*")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FILE = re.compile(
    r"[\w.*][\w.*\-/]*\.(?:conf|csv|html|json|lock|md|py|sql|svg|toml|yaml|yml)|[\w.*\-]+/[\w.*\-/]*"
)
NODE = re.compile(r"(?:stg|fct|dim|ind|agg|mart|report|edition_)_[\w*]+")
# Made by a command, by whoever runs the viewer, or by whoever delivers: in no checkout.
MADE = (
    *("target/*", "logs/*", "editions/*", ".venv/*", ".streamlit/secrets.toml", "current.json"),
    *("build.log", "dbt.log", "run_results.json", "index.html", "columns.html", "controles.html"),
    *("manifest.json", "corrections.json", "people_missing.json", "livraison.csv"),
    *("noms_de_fichiers.csv", "people.parquet", "history_*.parquet"),
)
VARIABLE = re.compile(
    r"\b(?:CVG|DBT|GX|POLARS)_[A-Z][A-Z_]*\b|\bDO_NOT_TRACK\b"
    r"|environ(?:ment)?(?:\.get\(|\.setdefault\(|\[)\"(\w+)\"|\"(\w+)\" (?:not )?in os\.environ"
    r"|env_var\('(\w+)'|for python in \$\((\w+)\)"
)
WITH_VARIABLES = (
    *(
        "src/**/*.py",
        "dashboards/*.py",
        "bench/*.py",
        "mutation/*.py",
        "tests/conftest.py",
        "macros/*.sql",
    ),
    *("Makefile", "*.yml", ".ci/*", ".sqlfluff", "deploy/*", ".streamlit/*.toml"),
)


# What is written, and where


def descriptions(content: object) -> Iterator[str]:
    """Every description and label of a YAML file, however deep."""
    for key, value in content.items() if isinstance(content, Mapping) else ():
        if key in ("description", "label") and isinstance(value, str):
            yield value
        yield from descriptions(value)
    for item in content if isinstance(content, list) else ():
        yield from descriptions(item)


def boxes(picture: str) -> Iterator[str]:
    """The texts of a drawing, those of one box together: a box begins with its name."""
    together: list[str] = []
    for element in ElementTree.fromstring(picture).iter():
        kind = element.tag.rpartition("}")[2]
        if kind in ("title", "desc") or element.get("class") == "name":
            yield " ".join(together)
            together = []
        if kind in ("title", "desc", "text"):
            code = element.get("class") == "code"
            together.append(f"`{element.text}`" if code else str(element.text))
    yield " ".join(together)


@cache
def texts() -> dict[str, str]:
    """Everything written about the project, by file."""
    written = {page: page.read_text(encoding="utf-8") for page in PAGES}
    for file in DESCRIBED:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        written[file] = "\n\n".join(descriptions(content))
    written[PICTURE] = "\n\n".join(boxes(PICTURE.read_text(encoding="utf-8")))
    return {str(file.relative_to(PROJECT)): text for file, text in written.items()}


def codes(text: str) -> Iterator[str]:
    """What a text quotes as code, line by line and without the comments of a shell."""
    for block, word in CODE.findall(text):
        for line in (block or word).splitlines():
            yield SHELL_COMMENT.sub("", line).strip()


# What there is


@cache
def files() -> frozenset[str]:
    """Files and folders of the checkout, as written from its root."""
    top = [path for path in PROJECT.iterdir() if f"{path.name}/*" not in (*MADE, ".git/*")]
    below = [path for folder in top if folder.is_dir() for path in folder.rglob("*")]
    return frozenset(str(path.relative_to(PROJECT)) for path in [*top, *below])


@cache
def nodes() -> frozenset[str]:
    """Names of models, seeds, tests and macros, and those of their columns."""
    names = {Path(file).stem for file in files() if file.endswith((".sql", ".csv"))}
    for file in DESCRIBED:
        names |= set(re.findall(r"- name: (\w+)", file.read_text(encoding="utf-8")))
    return frozenset(names)


@cache
def targets() -> frozenset[str]:
    """The targets of the Makefile."""
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    return frozenset(re.findall(r"^([a-z-]+):", makefile, flags=re.MULTILINE))


@cache
def commands() -> Mapping[str, frozenset[str]]:
    """The commands of `cvg` with their options; a member of a group is named `key new`."""
    found: dict[str, frozenset[str]] = {}

    def collect(command: object, name: str) -> None:
        for word, member in getattr(command, "commands", {}).items():
            collect(member, f"{name} {word}".strip())
        options = [name for option in command.params for name in option.opts]
        others = [name for option in command.params for name in option.secondary_opts]
        found[name] = frozenset(["--help", *options, *others])

    collect(typer.main.get_command(app), "")
    return found


# What is wrong with a text


def called_planned(text: str) -> list[str]:
    """Statements that call something planned, other than the little that is not there."""
    return [
        statement.strip()
        for statement in STATEMENT_ENDS.split(text)
        if PLANNED.search(statement) and not any(name in statement for name in NOT_THERE)
    ]


def unknown_names(text: str) -> list[str]:
    """Files, folders, nodes, targets, commands and modules that a text names and nobody has."""
    wrong = []
    for code in codes(text):
        wrong += [word for word in code.split() if FILE.fullmatch(word) and not is_file(word)]
        if NODE.fullmatch(code) and not any(fnmatchcase(node, code) for node in nodes()):
            wrong.append(code)
        made = re.findall(r"\bmake ([a-z]+)\b", code)
        wrong += [f"make {target}" for target in made if target not in targets()]
        modules = re.findall(r"python -m ([\w.]+)", code)
        for name in modules:
            path = name.replace(".", "/")
            if not is_file(f"{path}.py") and not is_file(f"{path}/__main__.py"):
                wrong.append(name)
        for words, options in re.findall(r"(?:^|[\s/])cvg ([a-z]+(?: [a-z]+)*)(.*)", code):
            wrong += unknown_command(words.split(), re.findall(r"--[a-z-]+", options))
    return wrong


def is_file(name: str) -> bool:
    """Whether the checkout has a file or folder: from its root, or anywhere where it is bare."""
    pattern = name.removeprefix("./").rstrip("/")
    if any(fnmatchcase(pattern, made) or pattern == made.removesuffix("/*") for made in MADE):
        return True
    here = files() if "/" in pattern else {Path(file).name for file in files()}
    return any(fnmatchcase(file, pattern) for file in here)


def unknown_command(words: list[str], options: list[str]) -> list[str]:
    """What `cvg` does not know of a command line."""
    lines = [" ".join(words[:length]) for length in range(len(words), 0, -1)]
    name = next((line for line in lines if line in commands()), None)
    if name is None:
        return [f"cvg {words[0]}"]
    return [f"cvg {name} {option}" for option in options if option not in commands()[name]]


def test_nothing_that_exists_is_called_planned() -> None:
    assert {name: found for name, text in texts().items() if (found := called_planned(text))} == {}


def test_what_is_named_exists() -> None:
    assert {name: found for name, text in texts().items() if (found := unknown_names(text))} == {}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        target, _, heading = link.partition("#")
        if not link.startswith(("http:", "https:", "#!")):
            assert (page.parent / target).exists(), link
            assert not heading or heading in headings(page.parent / target if target else page), (
                link
            )


def headings(page: Path) -> set[str]:
    """What the headings of a page are called in links."""
    found = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The viewer is planned.", ["The viewer is planned."]),
        (
            "It reads what passed; disclosure control is not there yet.",
            ["disclosure control is not there yet."],
        ),
        ("The Bilan as a document does not exist yet.", []),
        (
            '<svg><text class="name">A</text><text>planned</text><text class="name">B</text></svg>',
            ["A planned"],
        ),
    ],
)
def test_a_planned_viewer_would_be_found(text: str, found: list[str]) -> None:
    assert called_planned("\n\n".join(boxes(text)) if "<svg>" in text else text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("`models/gone/ind_housing.sql`, `ind_housing.sql`", ["models/gone/ind_housing.sql"]),
        ("`src/cvg_warehouse/gone/`, `docs/`", ["src/cvg_warehouse/gone/"]),
        ("`mart_exits`, `mart_exit`, `stg_*`", ["mart_exit"]),
        ("```\nmake build\nmake all  # and make more\n```", ["make all"]),
        ("```\nstreamlit run dashboards/main.py\n```", ["dashboards/main.py"]),
        ("`.venv/bin/cvg publish --list`, `cvg publish --undo`", ["cvg publish --undo"]),
        ("`cvg key new --out FILE`, `cvg print`", ["cvg print"]),
        ("`python -m bench.viewer`, `python -m bench.oracle`", ["bench.oracle"]),
    ],
)
def test_a_name_of_nothing_would_be_found(text: str, found: list[str]) -> None:
    assert unknown_names(text) == found


# Lists that stand in a page and elsewhere


def test_summary_in_the_readme_has_the_lines_that_a_build_prints() -> None:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    summary = readme.partition("A build ends with a summary:")[2].split("```")[1]
    printed = (PROJECT / "src/cvg_warehouse/building/summary.py").read_text(encoding="utf-8")
    labels = re.findall(r'add_row\(\s*f?"([^"{]+)', printed)
    shown = re.findall(r"^ (\w[\w ]*?)  ", summary, flags=re.MULTILINE)
    assert list(
        dict.fromkeys(label.removesuffix(" tables").removesuffix(" prose") for label in shown)
    ) == [label.strip() for label in labels]
    models = sum(file.startswith("models/") and file.endswith(".sql") for file in files())
    assert f"{models} built" in summary


def test_environment_variables_of_the_page_are_those_of_the_code() -> None:
    page = ENVIRONMENT.read_text(encoding="utf-8")
    first_cells = " ".join(re.findall(r"^\| (`[^|]+) \|", page, flags=re.MULTILINE))
    code = "\n".join(
        file.read_text(encoding="utf-8")
        for pattern in WITH_VARIABLES
        for file in PROJECT.glob(pattern)
    )
    used = {next(filter(None, use.groups()), use[0]) for use in VARIABLE.finditer(code)}
    assert set(re.findall(r"`(\w+)`", first_cells)) == used


def test_contradictions_are_described_as_in_the_seed() -> None:
    page = (PROJECT / "docs" / "reconciliation.md").read_text(encoding="utf-8")
    described = re.findall(r"^\| (C\d\d) \| `([^`]+)` \| (.+) \|$", page, flags=re.MULTILINE)
    rows = read_rows(PUBLISHED_SEEDS / "contradictions.csv")
    listed = [(row["contradiction_id"], row["figure_id"], row["explanation"]) for row in rows]
    assert [(key, figure.replace("\\|", "|"), text) for key, figure, text in described] == listed


def test_tables_of_an_edition_are_described_as_they_are_published() -> None:
    page = (PROJECT / "docs" / "editions.md").read_text(encoding="utf-8")
    table = page.partition("| table | what |")[2].partition("\n\n")[0]
    described = re.findall(
        r"`(\w+)`", " ".join(re.findall(r"^\| ([^|]+) \|", table, flags=re.MULTILINE))
    )
    models = (PROJECT / "models" / "published").glob("edition__*.sql")
    assert set(described) == {model.stem.removeprefix("edition__") for model in models}


def test_bases_that_pages_name_are_those_of_the_seed() -> None:
    page = (PROJECT / "docs" / "definitions.md").read_text(encoding="utf-8")
    named = set(
        re.findall(r"^\| ([A-Z_]+) \| `in_base_|`([A-Z][A-Z_]+)`", page, flags=re.MULTILINE)
    )
    bases = {row["base"] for row in read_rows(REFERENCE_SEEDS / "bases.csv")}
    assert {one or other for one, other in named} <= bases


def test_every_file_of_tests_is_named_on_the_page_about_testing() -> None:
    page = (PROJECT / "docs" / "testing.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w*]+\.py)`", page)
    written = [str(file.relative_to(PROJECT)) for file in (PROJECT / "tests").glob("test_*.py")]
    assert [file for file in written if not any(fnmatchcase(file, name) for name in named)] == []
