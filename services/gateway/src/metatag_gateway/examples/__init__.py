"""Examples in the description of the API: one for each body, request or answer, held against its schema by a test."""
