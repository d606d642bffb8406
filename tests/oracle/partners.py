"""Actions, partners and collective sessions."""

import re
import unicodedata

import polars as pl
from tests.oracle.counting import PLACE, as_flag, count_people, count_things
from tests.oracle.lists import AUDIENCES, EXPERIMENT, FAMILIES, NETWORK_LEAST
from tests.oracle.reading import Exports, is_known, is_yes, items, year_in


def _actions(deliveries: pl.DataFrame, data: Exports) -> pl.DataFrame:
    """One row per action and domain: place, population of its pathway, lists of types and partners.

    The pathway's population is what that year's delivery says, else what its latest one says; an
    action of no known pathway has none and counts for `all` only.
    """
    that_year = deliveries.select("id_parcours", "year", now="population")
    latest = deliveries.filter(pl.col("year") == pl.col("year").max().over("id_parcours")).select(
        "id_parcours", then="population"
    )

    return (
        data.actions.with_columns(year=year_in(), territory=pl.col("territoire"))
        .join(that_year, on=["id_parcours", "year"], how="left")
        .join(latest, on="id_parcours", how="left")
        .select(
            "year",
            "territory",
            population=pl.coalesce("now", "then"),
            action="id_action",
            domain=items("domaine"),
            reason="motif_sollicitation",
            stands_in=is_yes("supplee_travailleur_social"),
            type=items("types_action"),
            partner=items("partenaires"),
            experiment="experimentation",
        )
        .explode("domain", empty_as_null=False, keep_nulls=False)
        .filter(pl.col("year").is_not_null() & pl.col("domain").is_in(data.domains))
    )


def _one_spelling(named: pl.DataFrame) -> pl.DataFrame:
    """The partners with a key, and the name by which each is shown: most actions, then first."""
    keyed = named.with_columns(
        key=pl.col("partner").map_elements(_key, return_dtype=pl.String)
    ).filter(pl.col("key") != "")
    shown = (
        keyed.group_by("key", "partner")
        .agg(actions=pl.col("action").n_unique())
        .sort("key", "actions", "partner", descending=[False, True, False])
        .unique("key", keep="first", maintain_order=True)
        .select("key", "partner")
    )
    return keyed.drop("partner").unique().join(shown, on="key")


def _key(name: str) -> str:
    """A partner's name without what two people write differently: accents, case, signs, spaces."""
    kept = []
    for sign in unicodedata.normalize("NFD", name).lower():
        kind = unicodedata.category(sign)
        if kind in ("Mn", "Cf"):
            continue
        kept.append("-" if kind == "Pd" or sign == "−" else "'" if sign in "’‘ʼ`´′" else sign)
    plain = "".join(kept).replace("œ", "oe").replace("æ", "ae")
    return re.sub(r"\s+", " ", plain).strip()


def _items(rows: pl.DataFrame, column: str) -> pl.DataFrame:
    """One row per item of a column of lists."""
    return rows.explode(column, empty_as_null=False, keep_nulls=False)


def partners(deliveries: pl.DataFrame, data: Exports) -> list[pl.DataFrame]:
    """Counts of the theme partners."""
    kinds = data.action_types.select(domain="domain", type="action_type", group="action_group")
    rows = _actions(deliveries, data)
    plain = rows.drop("type", "partner")
    typed = _items(rows.drop("partner"), "type").join(kinds, on=["domain", "type"])
    grouped = typed.filter(pl.col("group").is_not_null())
    named = _one_spelling(_items(rows.select(*PLACE, "action", "domain", "partner"), "partner"))
    whole = named.with_columns(partner=pl.lit("total"), key=pl.lit("")).unique()
    with_partner = pl.concat(  # each partner, and all of them together
        [named, whole.select(named.columns)]
    ).join(typed.select("action", "domain", "type", "group"), on=["action", "domain"])
    by_group = with_partner.filter(
        (pl.col("domain") == "logement") & pl.col("group").str.contains("^[012]-")
    )

    placements = with_partner.filter(
        (pl.col("domain") == "emploi") & pl.col("type").str.contains("^(02- PMSMP$|01-Signature)")
    )
    of_partner = pl.len().over("year", "key")
    network = (
        placements.filter(pl.col("partner") != "total")
        .filter(of_partner >= NETWORK_LEAST)
        .with_columns(partner=pl.lit("réseau"))
    )

    def flag(indicator: str, *columns: str) -> pl.Expr:
        return pl.concat_str(
            pl.lit(f"{indicator}|"), pl.concat_str(columns, separator=" x ")
        ).alias("flag")

    reasoned = pl.struct("domain", "reason").is_in(
        data.request_reasons.select(pl.struct("domain", pl.col("request_reason").alias("reason")))
        .to_series()
        .implode()
    )
    # an action belongs to one territory and one population: its counts add up
    counted = pl.concat(
        [
            frame.select(*PLACE, "action", *columns)
            .unique()
            .group_by(*PLACE, *columns)
            .agg(actions=pl.len())
            .select(*PLACE, "actions", flag(indicator, *columns))
            for frame, indicator, columns in (
                (plain, "partners.actions_total", ("domain",)),
                (typed, "partners.actions", ("domain", "type")),
                (grouped, "partners.action_groups", ("domain", "group")),
                (with_partner, "partners.partner_actions", ("domain", "partner", "type")),
                (by_group, "partners.partner_actions", ("domain", "partner", "group")),
                (network, "partners.partner_actions", ("domain", "partner", "type")),
                (plain.filter(reasoned), "partners.request_reasons", ("domain", "reason")),
                (plain.filter(pl.col("stands_in")), "partners.stand_in", ("domain",)),
            )
        ]
    )
    mobilised = named.select(*PLACE, "key", "domain").unique()
    mobilised = mobilised.with_columns(flag("partners.partners_mobilised", "domain"))
    of_experiment = rows.filter(pl.col("experiment") == EXPERIMENT).select("action").unique()
    experimental = named.join(of_experiment, on="action").select(*PLACE, "key").unique()
    experimental = experimental.with_columns(flag=pl.lit("partners.mental_health_partners|"))
    sessions = data.ateliers.select(
        year=year_in(),
        territory="territoire",
        population=pl.lit(None, pl.String),
        participants=pl.col("participants").cast(pl.Int64, strict=False),
        domain=items("domaine"),
        audience="public",
        family="famille",
    ).filter(pl.col("year").is_not_null() & is_known("audience", AUDIENCES))
    of_domain = _items(sessions, "domain").filter(is_known("domain", data.domains))
    with_family = sessions.filter(is_known("family", FAMILIES))
    summed = pl.concat(
        [
            frame.select(*PLACE, "participants", flag(indicator, *columns))
            for frame, indicator, columns in (
                (of_domain, "partners.participations", ("domain", "audience")),
                (with_family, "partners.mental_health_participations", ("family", "audience")),
            )
        ]
    )
    staff = of_domain.filter(
        (pl.col("domain") == "santé") & (pl.col("audience") == "permanents")
    ).with_columns(flag=pl.lit("partners.staff_trained_on_mental_health|"))
    on_mental_health = pl.col("participants").filter(is_known("family", FAMILIES)).sum()
    kinds_of_network = {
        "partners.network_share|PMSMP": pl.element() == "02- PMSMP",
        "partners.network_share|signature": pl.element().str.starts_with("01-Signature"),
    }
    employment = rows.filter(pl.col("domain") == "emploi").rename({"action": "person"})
    in_network = pl.col("person").is_in(network["action"].unique().implode())
    shares = {
        name: as_flag(pl.col("type").list.eval(kind).list.any(), in_network)
        for name, kind in kinds_of_network.items()
    }
    return [
        count_things(counted, pl.col("actions").sum(), data),
        count_things(mobilised, pl.col("key").n_unique(), data),
        count_things(experimental, pl.col("key").n_unique(), data),
        count_things(summed, pl.col("participants").sum(), data),
        count_things(staff, on_mental_health, data, pl.col("participants").sum()),
        count_people(employment, shares, data),
    ]
