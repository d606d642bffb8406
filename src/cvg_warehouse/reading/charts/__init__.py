"""Charts of grids as Vega-Lite specs in plain dictionaries: the only place that draws.

Needs no Streamlit: the printed Bilan draws with the same specs. Values carry their own label, so
that a chart can be read without an axis; what is not shown bears its mark. Positions down the page
are pixels from the top, so that labels stand above what they name and are never cut.
"""

from cvg_warehouse.reading.charts.chart import (
    alternative_text,
    chart,
    left_to_the_table,
    titled,
    without_whole,
)

__all__ = ["alternative_text", "chart", "left_to_the_table", "titled", "without_whole"]
