"""What several tests share: a served viewer, deliveries made by hand."""
