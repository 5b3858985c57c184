"""The public door: REST and WebSocket.

Purpose: the public contract; who may call, what is asked, how answers look.
Owns: users, refresh tokens, API keys (its own tables).
Speaks to: jobs, ocr, tagger over gRPC; Redis for limits.
May import: metatag_runtime, metatag.v1 (wire and gRPC adapters only), FastAPI (edge only).
Change it when: the public contract changes.
"""
