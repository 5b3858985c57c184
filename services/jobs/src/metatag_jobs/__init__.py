"""Purpose: documents in, tags out, each exactly once; batches, control, events, history.
Owns: jobs, documents, results, events, stored files, vocabularies.
Speaks to: ocr and tagger (gRPC); database, Redis, object store; the internet, for documents only.
May import: metatag (wire), metatag_runtime.
Change it when: a batch loses something, obeys late, or is unfair.
"""
