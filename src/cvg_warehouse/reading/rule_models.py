"""Where the rule of each indicator stands."""

# Where the rule of a theme's indicators stands; the barriers have two models.
MODELS = {
    "headcount": "ind_headcount",
    "public": "ind_public",
    "barriers": "ind_barriers_at_exit",
    "support": "ind_support",
    "pathways": "ind_pathways",
    "exits": "ind_exits",
    "housing": "ind_housing",
    "health": "ind_health",
    "partners": "ind_partners",
    "post_exit": "ind_post_exit",
}
MODELS_OF_THEIR_OWN = {
    "headcount.exited": "ind_exits",
    "barriers.at_entry": "ind_barriers_at_entry",
    "barriers.count_at_entry": "ind_barriers_at_entry",
    "barriers.housing_difficulty_when_housed": "ind_barriers_at_entry",
    "partners.participations": "ind_sessions",
    "partners.mental_health_participations": "ind_sessions",
    "partners.staff_trained_on_mental_health": "ind_sessions",
}


def model(indicator_id: str) -> str:
    """The dbt model that holds the indicator's rule."""
    theme, name = indicator_id.split(".")
    if theme == "headcount" and ("worksites" in name or name == "territories"):
        return "ind_worksites"
    return MODELS_OF_THEIR_OWN.get(indicator_id, MODELS.get(theme, "mart_indicators"))
