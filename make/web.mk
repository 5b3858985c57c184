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

PAGE := services/gateway/src/metatag_gateway/web
PAGE_TOOLS := web/node_modules/.bin

.PHONY: check-web
check-web: web/node_modules/.installed ## format, lint and types of the page's modules (needs node and npm)
	@$(PAGE_TOOLS)/prettier --config web/.prettierrc.json --log-level warn --cache --cache-location web/node_modules/.cache/prettier --check "$(PAGE)/js/**/*.js" "$(PAGE)/style/*.css" $(PAGE)/index.html web/*.js
	@$(PAGE_TOOLS)/eslint --config web/eslint.config.js --cache --cache-location web/node_modules/.cache/eslint $(PAGE)/js
	@$(PAGE_TOOLS)/tsc -p web/tsconfig.json

.PHONY: fmt-web
fmt-web: web/node_modules/.installed ## format the page's modules
	@$(PAGE_TOOLS)/prettier --config web/.prettierrc.json --log-level warn --write "$(PAGE)/js/**/*.js" "$(PAGE)/style/*.css" $(PAGE)/index.html web/*.js

# The tools by the versions of the lock file; nothing of them is shipped.
web/node_modules/.installed: web/package-lock.json
	@command -v npm >/dev/null || { echo "node and npm are missing: apt-get install nodejs npm"; exit 1; }
	@npm ci --prefix web --silent --ignore-scripts --no-audit --no-fund && touch $@

.PHONY: tour
tour: setup ## take the pictures of docs/tour.md again
	@.venv/bin/python web/tour.py
