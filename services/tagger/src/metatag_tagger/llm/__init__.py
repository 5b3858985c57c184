"""Purpose: what is said to a model and how its answer is read: prompts, schemas, parsing, failures. Pure functions.
Owns (data): the prompt and its version.
Speaks to: nobody.
May import: metatag_tagger.ports, model, errors, words.
Change it when: the prompt, the schema or a provider's manners change; raise PROMPT_VERSION with the prompt."""
