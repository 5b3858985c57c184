"""Purpose: typed tags of a document by rules and gazetteers: what it is, when, who, where, under which number and law.
Owns (data): the word lists and gazetteers in `data/`, each with its source and licence in its first line.
Speaks to: nobody; pure functions on the CPU, in the offline tagger's child process.
May import: metatag_tagger.normal, words, model, errors.
Change it when: a kind of facet is missed or wrong; then run `make bench-facets`."""
