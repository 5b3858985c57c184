# The cluster: images, compose, manifests, bills of material.
COMPOSE ?= $(shell docker compose version >/dev/null 2>&1 && echo docker compose || echo docker-compose)
IMAGES ?= metatag
TAG ?= dev
IMAGE_SERVICES ?= gateway jobs ocr tagger doctor all-in-one
# Extra options of docker build: BUILD_ARGS="--build-arg BASE_IMAGE=... --secret id=ca_bundle,src=..."
BUILD_ARGS ?=

# What the labels of an image say. SOURCE: the address of the repository.
SOURCE ?=
LABELS = --build-arg VERSION=$(TAG) --build-arg REVISION=$(shell git rev-parse HEAD 2>/dev/null || echo unknown) --build-arg SOURCE=$(SOURCE)
PLATFORMS ?= linux/amd64,linux/arm64

.PHONY: images
images: ## build the container images (IMAGES=registry/name TAG=... BUILD_ARGS=...)
	@for service in $(IMAGE_SERVICES); do \
	    DOCKER_BUILDKIT=1 docker build $(LABELS) $(BUILD_ARGS) -f deploy/docker/Dockerfile --target $$service -t $(IMAGES)/$$service:$(TAG) . || exit 1; \
	done

.PHONY: push
push: ## push the images to their registry (IMAGES=registry/name TAG=...)
	@for service in $(IMAGE_SERVICES); do docker push $(IMAGES)/$$service:$(TAG) || exit 1; done

.PHONY: publish
publish: ## build the images for amd64 and arm64 and push them with a bill of materials and provenance (docker buildx)
	@docker buildx version >/dev/null 2>&1 || { echo "docker buildx is missing; make images builds for this machine"; exit 1; }
	@for service in $(IMAGE_SERVICES); do \
	    docker buildx build --platform $(PLATFORMS) --sbom=true --provenance=mode=max --push $(LABELS) $(BUILD_ARGS) \
	        -f deploy/docker/Dockerfile --target $$service -t $(IMAGES)/$$service:$(TAG) . || exit 1; \
	done

.PHONY: compose-env
compose-env: ## write .env with random secrets for docker-compose.yml
	@deploy/compose/make-env.sh

.PHONY: up
up: compose-env images ## build the images and start the cluster on this machine
	@METATAG_IMAGES=$(IMAGES) METATAG_TAG=$(TAG) $(COMPOSE) up -d --no-build

.PHONY: test-compose
test-compose: setup ## build the images, start the stack, scale, kill, upgrade and restore it (root or DOCKER_HOST)
	@timeout --signal=INT --kill-after=120 2700 .venv/bin/pytest -m slow -p no:cacheprovider tests/deploy/compose

.PHONY: test-cluster
test-cluster: setup ## raise a Kubernetes (or use KUBECONFIG's), type the manifests and the chart into it (root, Go, Docker; the first time takes long)
	@timeout --signal=INT --kill-after=120 5400 .venv/bin/pytest -m slow -p no:cacheprovider tests/deploy/helm tests/deploy/cluster

.PHONY: test-easyocr
test-easyocr: setup ## build the image with EasyOCR, start the stack with it, read a page that Tesseract cannot (root or DOCKER_HOST)
	@METATAG_TEST_EASYOCR=1 .venv/bin/pytest -m slow -p no:cacheprovider tests/deploy/compose/test_easyocr.py

.PHONY: test-scaling
test-scaling: setup ## measure how OCR spreads over 1, 2, 4 and 8 nodes, recognition replaced by its time
	@.venv/bin/pytest -s -q -m slow tests/deploy/scaling

.PHONY: render
render: setup ## write what is derived: Grafana dashboards, alert rules for compose
	@.venv/bin/python deploy/tools/render.py

.PHONY: sbom
sbom: setup ## write a bill of materials per image into build/sbom (CycloneDX)
	@.venv/bin/python deploy/tools/bill.py sbom

.PHONY: licences
licences: setup ## list the licences of what each image installs; fails on GPL, AGPL and LGPL
	@.venv/bin/python deploy/tools/bill.py licences
