"""Contracts, seeds and staging say the same about every column of the exports."""

import json
import re

import pytest
import yaml
from frictionless import Schema

from conftest import Built
from cvg_warehouse.contracts.exports import EXPORTS, LINEAGE, consolidated_columns
from cvg_warehouse.paths import CONTRACTS, PROJECT, REFERENCE_SEEDS

TYPES = {"string": "string", "integer": "int", "date": "date", "boolean": "boolean"}
PRIVACY = {"none", "quasi", "sensitive", "direct"}
STAGING = PROJECT / "models" / "staging" / "exports"
CLOSED_LIST = re.compile(r"case when trim\((\w+)\) in \((.*?)\) then trim\(\1\) end", re.DOTALL)

SEEDS = {
    seed["name"]: seed
    for seed in yaml.safe_load((REFERENCE_SEEDS / "exports.yml").read_text(encoding="utf-8"))[
        "seeds"
    ]
}

each_export = pytest.mark.parametrize("export", EXPORTS)


def contract_of(export: str) -> dict:
    return json.loads((CONTRACTS / f"{export}.json").read_text(encoding="utf-8"))


def fields_of(export: str) -> dict[str, dict]:
    """Fields of the contract that reach the warehouse, by the name that they have there."""
    return {
        field.get("consolidatedName", field["name"]): field
        for field in contract_of(export)["fields"]
        if field.get("consolidated") != "dropped"
    }


def model_of(export: str) -> dict:
    text = (STAGING / f"stg_exports__{export}.yml").read_text(encoding="utf-8")
    (model,) = yaml.safe_load(text)["models"]
    return model


def staged_columns_of(export: str) -> dict[str, dict]:
    """Columns of the staging model by the raw column that each comes from."""
    return {
        column["config"]["meta"]["raw"]: column
        for column in model_of(export)["columns"]
        if "raw" in column.get("config", {}).get("meta", {})
    }


def test_there_is_one_contract_for_each_export() -> None:
    assert {path.stem for path in CONTRACTS.glob("*.json")} == set(EXPORTS) == set(SEEDS)


@each_export
def test_contract_is_a_table_schema(export: str) -> None:
    report = Schema.validate_descriptor(contract_of(export))
    assert report.valid, report.flatten(["message"])


@each_export
def test_contract_says_everything_of_a_column(export: str) -> None:
    for field in contract_of(export)["fields"]:
        assert field["description"], field["name"]
        assert field["privacy"] in PRIVACY, field["name"]
        if field["type"] == "boolean":
            assert (field["trueValues"], field["falseValues"]) == (["oui"], ["non"])


@each_export
def test_no_direct_identifier_arrives_as_delivered(export: str) -> None:
    for field in contract_of(export)["fields"]:
        if field["privacy"] == "direct":
            treated = field.get("consolidated")
            # Follow-ups and actions refer to a pathway by the pseudonym it has already.
            assert treated in ("dropped", "pseudonym"), field["name"]


@each_export
def test_seed_has_the_columns_of_the_contract(export: str) -> None:
    seed = SEEDS[export]
    columns = consolidated_columns(export)
    types = seed["config"]["column_types"]
    assert list(types) == [column.name for column in columns]
    assert set(types.values()) == {"string"}, "dbt would guess, and drop leading zeros"
    described = {column["name"]: column for column in seed["columns"]}
    assert list(described) == ["line_in_file", *types]
    for column in columns:
        meta = described[column.name]["config"]["meta"]
        assert meta["optional"] is not column.required, column.name


@each_export
def test_staging_has_the_columns_of_the_contract(export: str) -> None:
    fields, staged = fields_of(export), staged_columns_of(export)
    assert list(staged) == [*fields, *LINEAGE]
    for name, field in fields.items():
        column = staged[name]
        is_year = field.get("consolidated") == "year"
        assert column["name"] == field["column"], name
        assert column["data_type"] == ("int" if is_year else TYPES[field["type"]]), name
        assert column["config"]["meta"]["privacy"] == field["privacy"], name
        assert column["description"], name


@each_export
def test_staging_requires_what_the_contract_requires(export: str) -> None:
    rules = model_of(export)["data_tests"][0]
    primary_key = contract_of(export)["primaryKey"]
    fields = fields_of(export)
    key = rules["delivery_rules"]["arguments"]["key"]
    assert key == [fields[name]["column"] for name in primary_key]
    for name, column in staged_columns_of(export).items():
        required = fields.get(name, {}).get("constraints", {}).get("required", False)
        assert column["config"]["meta"].get("required", False) is required, name


@each_export
def test_closed_lists_are_those_of_the_contract(built: Built, export: str) -> None:
    wanted = {
        name: field["constraints"]["enum"]
        for name, field in fields_of(export).items()
        if "enum" in field.get("constraints", {})
    }
    said = {
        name: column["config"]["meta"]["values"]
        for name, column in staged_columns_of(export).items()
        if "values" in column["config"]["meta"]
    }
    compiled = built.warehouse.parent / "cvg.build/compiled/cvg_warehouse/models/staging/exports"
    sql = (compiled / f"stg_exports__{export}.sql").read_text(encoding="utf-8")
    read = {name: re.findall(r"'([^']*)'", values) for name, values in CLOSED_LIST.findall(sql)}
    assert said == wanted
    assert read == wanted
