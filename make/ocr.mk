.PHONY: bench-ocr fuzz-ocr
bench-ocr: setup ## measure the ocr room: make bench-ocr CORPUS=<folder of PDFs with NAME.gt.txt> (ONLY=engine,service,...)
	@python -m bench.ocr.run $(if $(CORPUS),--corpus $(CORPUS)) $(if $(ONLY),--only $(ONLY)) $(BENCH_OCR)

fuzz-ocr: setup ## send 2,000 mutated PDFs through a node: make fuzz-ocr FILES=2000 SEED=1 CORPUS=<folder>
	@python -m bench.ocr.fuzz --files $(or $(FILES),2000) --seed $(or $(SEED),1) $(if $(CORPUS),--corpus $(CORPUS))
