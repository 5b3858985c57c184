#!/usr/bin/env bash
# Makes the base image from Debian's packages alone, for machines that reach no image registry.
# usage: base-image.sh IMAGE     needs root, debootstrap and a Docker daemon
set -euo pipefail
image=${1:?name the image to make, for example metatag/base:12}
suite=${DEBIAN_SUITE:-bookworm}
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

debootstrap --variant=minbase --include=ca-certificates,python3,python3-venv "$suite" "$root" >&2
# Documentation, package lists and downloaded packages are not needed to run or to install more.
rm -rf "$root"/usr/share/{doc,man,info,locale}/* "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
printf 'path-exclude=/usr/share/doc/*\npath-exclude=/usr/share/man/*\npath-exclude=/usr/share/locale/*\n' \
    >"$root/etc/dpkg/dpkg.cfg.d/no-docs"
printf 'deb http://deb.debian.org/debian %s main\n' "$suite" >"$root/etc/apt/sources.list"
tar -C "$root" -c . | docker import -c 'ENV LANG=C.UTF-8' -c 'CMD ["python3"]' - "$image"
