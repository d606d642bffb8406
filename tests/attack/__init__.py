"""An attack on the public edition by somebody who knows the domain, not how it was masked.

Nothing here is taken from `cvg_warehouse.publication`: what is wrong there would be wrong here.
`python -m tests.attack` attacks all years of the newest edition, which takes some minutes.
"""
