"""deploy/k8s/make-certificates.sh prints certificates with which services let each other in."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID

from deploy.manifests import K8S, of_kind, pod, rendered

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificates")


def certificates(**variables: str) -> dict[str, dict[str, str]]:
    environment = {"PATH": os.environ["PATH"], **variables}
    done = subprocess.run(
        ["sh", K8S / "make-certificates.sh"], env=environment, capture_output=True, text=True, check=True, timeout=120
    )
    documents: list[dict[str, Any]] = [each for each in yaml.safe_load_all(done.stdout) if each]
    assert {each["metadata"]["namespace"] for each in documents} == {variables.get("NAMESPACE", "metatag")}
    return {each["metadata"]["name"]: each["stringData"] for each in documents}


def test_every_certificate_that_a_pod_mounts_is_there_with_the_names_that_cert_manager_would_give() -> None:
    made = certificates()
    manifests = [*rendered("prod+gpu-easyocr"), *rendered("prod+doctor")]
    mounted = {
        volume["secret"]["secretName"]
        for each in of_kind(manifests, "Deployment", "Job")
        for volume in pod(each)["volumes"]
        if volume["name"] == "tls"
    }
    assert mounted == set(made)
    for asked in of_kind(manifests, "Certificate"):
        if "dnsNames" not in asked["spec"]:
            continue
        held = made[asked["spec"]["secretName"]]
        found = x509.load_pem_x509_certificate(held["tls.crt"].encode())
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert names.get_values_for_type(x509.DNSName) == asked["spec"]["dnsNames"]
        usages = found.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        assert set(usages) == {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH}
        found.verify_directly_issued_by(x509.load_pem_x509_certificate(held["ca.crt"].encode()))
        key = load_pem_private_key(held["tls.key"].encode(), None)
        assert key.public_key() == found.public_key()


def test_a_kept_authority_signs_the_next_ones_too(tmp_path: Path) -> None:
    first = certificates(AUTHORITY=str(tmp_path), NAMESPACE="tags")
    second = certificates(AUTHORITY=str(tmp_path), NAMESPACE="tags")
    assert first["ocr-tls"]["ca.crt"] == second["ocr-tls"]["ca.crt"] == first["gateway-tls"]["ca.crt"]
    assert first["ocr-tls"]["tls.key"] != second["ocr-tls"]["tls.key"]
    assert certificates()["ocr-tls"]["ca.crt"] != certificates()["ocr-tls"]["ca.crt"]
