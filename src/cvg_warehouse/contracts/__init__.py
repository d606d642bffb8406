"""The contracts of the exports and of the deliveries that they are made from."""
