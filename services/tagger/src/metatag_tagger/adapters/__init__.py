"""Purpose: the tagger's ports kept by real things: child processes, a provider over HTTP, Redis, memory.
Owns (data): connections and processes while the service runs.
Speaks to: the LLM provider, Redis.
May import: everything of the service below it.
Change it when: a port's outside behaves differently."""
