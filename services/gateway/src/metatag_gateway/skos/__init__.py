"""Vocabularies in SKOS: Turtle and RDF/XML become the terms that a table or JSON would have.

Purpose: read what strangers wrote, in a child process without network and with bounds of memory and time.
Owns: nothing that lasts. Speaks to: nobody.
"""
