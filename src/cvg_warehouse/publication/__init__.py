"""Publishes the warehouse: disclosure control, and the editions that readers open."""
