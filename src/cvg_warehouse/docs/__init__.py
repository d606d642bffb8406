"""`cvg docs`: the dictionary and lineage site, a folder that opens from a file with no network.

The site holds names, definitions and SQL. It holds no row and no statistic of the data.
"""

from cvg_warehouse.docs.metadata import gaps
from cvg_warehouse.docs.pages import COLUMNS, DICTIONARY, INDEX, POLICY
from cvg_warehouse.docs.site import Site, write_docs

__all__ = ["COLUMNS", "DICTIONARY", "INDEX", "POLICY", "Site", "gaps", "write_docs"]
