.PHONY: bench-ocr fuzz-ocr
bench-ocr: setup ## measure the ocr service: make bench-ocr CORPUS=<folder of PDFs with NAME.gt.txt> (ONLY=engine,service,...)
	@OPENBLAS_NUM_THREADS=1 python -m bench.ocr.run $(if $(CORPUS),--corpus $(CORPUS)) $(if $(ONLY),--only $(ONLY)) $(BENCH_OCR)

fuzz-ocr: setup ## send 2,000 mutated PDFs through a node, of generated files and of CORPUS if given: make fuzz-ocr FILES=2000 SEED=1 CORPUS=<folder>
	@python -m bench.ocr.fuzz --files $(or $(FILES),2000) --seed $(or $(SEED),1) $(if $(CORPUS),--corpus $(CORPUS))

.PHONY: ocr-languages
ocr-languages: setup ## fetch Tesseract's data for more languages: make ocr-languages LANGUAGES="tam ben mar"
	@python scripts/ocr_languages.py $(LANGUAGES)

.PHONY: test-ocr-deep
test-ocr-deep: setup ## test the ocr service with RapidOCR, installed into an environment of its own
	@uv run --isolated --all-packages --extra rapidocr pytest -q tests/contract/ocr/test_deep_engines.py tests/integration/ocr/test_deep.py
