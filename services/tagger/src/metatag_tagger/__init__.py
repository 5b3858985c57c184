"""Purpose: turns the text of one document into tags, offline or through an LLM provider.
Owns: nothing lasting; a cache of answers and rate-limit counters (Redis or memory).
Speaks to: an OpenAI-compatible provider over HTTPS, Redis.
May import: metatag_runtime; `wire`, `servicer` and `adapters` also metatag (messages).
Change it when: tags should be better, safer or cheaper, or a provider behaves in a new way."""
