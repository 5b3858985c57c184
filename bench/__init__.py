"""Measurements: one folder a subject. Nothing here runs in the product."""
