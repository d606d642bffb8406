"""What dbt-score asks of a model beyond descriptions: its grain, its key, and a test of the key."""

import re

from dbt_score import Model, RuleViolation, rule

GRAIN_AND_KEY = re.compile(r"\bGrain: .+?\. Primary key: ([\w, ]+)\.", re.DOTALL)
STAND_IN = re.compile(r"^coalesce\((\w+), .+\)$")
KEY_ARGUMENT = {"primary_key": "columns", "delivery_rules": "key"}


@rule
def says_grain_and_key(model: Model) -> RuleViolation | None:
    """The description says "Grain: ... . Primary key: a, b."."""
    if not GRAIN_AND_KEY.search(model.description):
        return RuleViolation("The description does not say `Grain: ... . Primary key: ... .`")
    return None


@rule
def key_is_tested(model: Model) -> RuleViolation | None:
    """A test holds the primary key that is said, with a stand-in for null where that may be."""
    said = GRAIN_AND_KEY.search(model.description)
    tested = [
        [STAND_IN.sub(r"\1", column) for column in test.kwargs[KEY_ARGUMENT[test.type]]]
        for test in model.tests
        if test.type in KEY_ARGUMENT
    ]
    if said and said[1].split(", ") not in tested:
        return RuleViolation(f"No test of the key {said[1]}")
    return None
