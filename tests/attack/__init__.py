"""An attack on the public edition by somebody who knows the domain, and nothing of how it was masked.

Nothing here is taken from `cvg_warehouse.publication`: what is wrong there would be wrong here too.
"""
