"""Purpose: tags from the text alone, no key, no network: pure functions on the CPU.
Owns (data): the fitted ranker and the word lists in `data/`.
Speaks to: nobody; `work.py` is what the child process runs.
May import: metatag_tagger.words, model, errors.
Change it when: offline tags should be better; then run `make bench-tags`."""
