"""How each step of a build went, and what of it to tell: causes, not what follows from them."""

from collections.abc import Iterable
from dataclasses import dataclass

TOLD = 20


@dataclass(frozen=True)
class Finding:
    """One rule that rows break, in words that show no value of the data."""

    rule: str
    rows: int
    first_line: int | None = None
    """Line of the file that the rule names, where it names one."""

    def __str__(self) -> str:
        rows = "1 row" if self.rows == 1 else f"{self.rows:,} rows"
        first = "at line" if self.rows == 1 else "first at line"
        return f"{self.rule} ({rows}{f', {first} {self.first_line}' if self.first_line else ''})"


@dataclass(frozen=True)
class Step:
    """One node of dbt's graph after its run."""

    kind: str
    name: str
    status: str
    failures: int
    message: str
    findings: tuple[Finding, ...] = ()
    follows: bool = False
    """Something that it is made from went wrong before."""
    seconds: float = 0

    @property
    def went_wrong(self) -> bool:
        """The step itself failed; a step skipped because of another did not."""
        return self.status in ("error", "fail", "runtime error")

    def __str__(self) -> str:
        rows = f" on {self.failures} rows" if self.kind == "test" and self.failures else ""
        rules = f": {'; '.join(map(str, self.findings))}" if self.findings else ""
        text = f"{self.kind.replace('_', ' ')} {self.name}: {self.status}{rows}{rules}"
        return f"{text}: {self.message}" if self.status == "error" and self.message else text


def problems_of(steps: Iterable[Step]) -> list[str]:
    """What a person has to mend; `build.log` has the steps in full."""
    wrong = [step for step in steps if step.went_wrong]
    told = [line for step in wrong if not step.follows for line in _told(step)]
    following = sum(step.follows for step in wrong)
    if following:
        fail = "1 more step fails" if following == 1 else f"{following} more steps fail"
        told.append(f"{fail} because of this; build.log names them")
    return told


def warnings_of(steps: Iterable[Step]) -> list[str]:
    """What a person should look at, also where the build is refused for other reasons."""
    return [
        f"warning: {line}"
        for step in steps
        if step.status == "warn" and not step.follows
        for line in _told(step)
    ]


def _told(step: Step) -> list[str]:
    """A line for each finding: it says of itself what it is about."""
    if not step.findings:
        return [str(step)]
    left_out = len(step.findings) - TOLD
    more = [f"{step.name}: {left_out} more; build.log names them"] if left_out > 0 else []
    return [*map(str, step.findings[:TOLD]), *more]
