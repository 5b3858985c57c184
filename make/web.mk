# The web page: its tests in full, its pictures, its vendored libraries.
.PHONY: test-web
test-web: setup ## every test of the web page in a real browser, with ten thousand rows (installs chromium when root)
	@.venv/bin/pytest -s tests/web

.PHONY: pictures
pictures: setup ## a picture of every view of the running page, and of the command, into build/pictures
	@.venv/bin/python web/pictures.py

.PHONY: web
web: setup ## fetch the page's vendored libraries again, as pinned (needs npm)
	@.venv/bin/python web/vendor.py
