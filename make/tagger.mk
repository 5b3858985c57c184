.PHONY: fit-calibration bench-facets bench-tags bench-tags-speed bench-tags-learning bench-tags-kinds bench-tags-held-out fit-tags fake-llm

bench-tags: ## measure tags against people's tags and rivals: make bench-tags DATA=<folder of *.jsonl>
	$(UV) run --no-sync --with yake python -m bench.tags.run $(if $(DATA),--data $(DATA)) $(BENCH_TAGS)

bench-facets: ## measure facets against their gold, by kind and language: make bench-facets [PART=dev|held|all]
	$(UV) run --no-sync python -m bench.tags.facets $(or $(PART),all)

bench-tags-speed: ## wall time and memory of 20-page documents on one core: make bench-tags-speed [DATA=<folder>]
	$(UV) run --no-sync python -m bench.tags.speed $(if $(DATA),--data $(DATA))

bench-tags-learning: ## what 20 corrected documents teach of 30 others: make bench-tags-learning [DATA=<folder>]
	$(UV) run --no-sync python -m bench.tags.learning $(if $(DATA),--data $(DATA))

bench-tags-kinds: ## topics of the own gold by kind and language: make bench-tags-kinds [PART=dev|held|all]
	$(UV) run --no-sync python -m bench.tags.kinds $(or $(PART),dev)

bench-tags-held-out: ## ours and rivals on documents our rankers did not see: make bench-tags-held-out DATA=<folder>
	$(UV) run --no-sync --with yake --with scikit-learn \
		python -m bench.tags.held_out --data $(DATA)

fit-calibration: ## fit the offline scores anew on the marks of bench/gold/by_eye.tsv
	$(UV) run --no-sync python -m bench.tags.calibrate

fit-tags: ## fit the offline ranker anew: make fit-tags DATA=<folder with inspec_*.jsonl and semeval2010_train.jsonl>
	$(UV) run --no-sync --with scikit-learn python -m bench.tags.fit --data $(DATA)

fake-llm: ## start a fake OpenRouter on port 8089 and say how to point metatag at it
	cd tests && $(RUN) python -m fakes.openrouter
