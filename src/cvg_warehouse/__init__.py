"""From worksite exports to the indicators of the Bilan: the Python side of the warehouse."""
