"""Measurements of the ocr service: speed beside its peers, accuracy, memory. `make bench-ocr` runs them."""
