"""Measurements of the ocr room: speed beside its peers, accuracy, memory. `make bench-ocr` runs them."""
