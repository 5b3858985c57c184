"""Measures lists, searches and counts over very many documents of one user."""
