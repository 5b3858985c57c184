"""The example of each request body: operation -> media type -> body."""

from __future__ import annotations

import json
from typing import Any

from metatag_gateway.examples.things import CONFIG, DOCUMENT_ID, FILE_PATH, LINK, REFRESH, SHA256, TERMS

JSON = "application/json"
FORM = "multipart/form-data"
URL = "https://example.com/report.pdf"
_CONFIG = json.dumps({"num_pages": 3, "num_tags": 8, "exclusion_words": ["confidential"]})
_PERSON = {"email": "asha@example.com", "password": "correct horse battery"}
# Stands for the bytes of a file.
_PDF = "%PDF-1.7 ..."
_TABLE = (
    "label,aliases,language,parent,label:hi\ndrinking water,potable water;tap water,en,water,पेयजल\nirrigation,,,,\n"
)
_TURTLE = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<https://example.org/water> a skos:Concept ; skos:prefLabel "drinking water"@en , "पेयजल"@hi ;
  skos:altLabel "potable water"@en .
"""
_RDF_XML = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
  xmlns:skos="http://www.w3.org/2004/02/skos/core#">
 <skos:Concept rdf:about="https://example.org/water">
  <skos:prefLabel xml:lang="en">drinking water</skos:prefLabel>
 </skos:Concept>
</rdf:RDF>
"""

REQUESTS: dict[str, dict[str, Any]] = {
    "process_single": {
        FORM: {"config": _CONFIG, "pdf_file": _PDF},
        "application/x-www-form-urlencoded": {"config": _CONFIG, "pdf_url": URL},
    },
    "start_batch": {
        JSON: {
            "documents": [
                {"title": "Water notice", "file_path": FILE_PATH, "file_source_type": "upload"},
                {"title": "Annual Report", "file_path": URL, "file_source_type": "url"},
            ],
            "config": CONFIG,
        }
    },
    "correct_document": {
        JSON: {
            "title": "Water supply report",
            "tags": ["annual report", {"tag": "potable water", "vocabulary": "water"}],
            "note": "The seal is missing.",
            "reviewed": True,
        }
    },
    "reprocess_document": {JSON: {"config": {"num_pages": 10, "ocr": "force", "languages": ["hin", "eng"]}}},
    "reprocess_documents": {
        JSON: {"document_ids": [DOCUMENT_ID], "config": {"num_pages": 10}, "name": "Read more pages"}
    },
    "create_webhook": {JSON: {"url": "https://example.com/hooks/metatag", "events": ["job.completed"]}},
    "change_webhook": {JSON: {"active": True}},
    "set_learning": {JSON: {"enabled": False}},
    "put_profile": {JSON: {"instructions": "Prefer names of schemes.", "num_tags": 6, "use_existing_tags": True}},
    "delete_account": {JSON: {"password": _PERSON["password"]}},
    "save_search": {JSON: {"name": "Water orders of 2019", "params": {"query": "water", "year": "2019"}}},
    "change_search": {JSON: {"name": "Water orders"}},
    "undo_corrections": {JSON: {"steps": 1}},
    "start_tag_job": {JSON: {"action": "merge", "tags": ["water-supply", "Water Supply"], "to": "water supply"}},
    "rename_job": {JSON: {"name": "Circulars of 2019"}},
    "retry_documents": {JSON: {"document_ids": [DOCUMENT_ID], "api_key": "sk-or-..."}},
    "validate_paths": {JSON: {"paths": [{"path": URL, "type": "url"}]}},
    "upload_files": {FORM: {"files": [_PDF]}},
    "find_uploads": {JSON: {"files": [{"content_sha256": SHA256, "file_name": "water-supply-report.pdf"}]}},
    "read_documents": {FORM: {"file": f"title,file_path,department\nAnnual Report,{URL},Water\n"}},
    "process_csv": {
        FORM: {"csv_file": f"title,file_source_type,file_path\nAnnual Report,url,{URL}\n", "config": _CONFIG}
    },
    "register": {JSON: {**_PERSON, "full_name": "Asha Rao"}},
    "login": {JSON: _PERSON},
    "open_single_sign_on": {JSON: {"ticket": "gAAAAABpR1c2..."}},
    "begin_totp": {JSON: {"password": "correct horse battery"}},
    "confirm_totp": {JSON: {"code": "492039"}},
    "remove_totp": {JSON: {"code": "492039"}},
    "refresh": {JSON: {"refresh_token": REFRESH}},
    "logout": {JSON: {"refresh_token": REFRESH}},
    "change_password": {JSON: {"current_password": _PERSON["password"], "new_password": "another horse battery"}},
    "make_key": {JSON: {"name": "nightly import", "scopes": ["read", "process"], "expires_in_days": 90}},
    "change_user": {JSON: {"is_active": False}},
    "add_user": {JSON: {"email": "bina@example.com", "full_name": "Bina Devi"}},
    "invite_user": {JSON: {"email": "bina@example.com", "full_name": "Bina Devi", "role": "user"}},
    "look_at_invitation": {JSON: {"token": LINK}},
    "accept_invitation": {JSON: {"token": LINK, "password": "correct horse battery"}},
    "forget_password": {JSON: {"email": "asha@example.com"}},
    "reset_forgotten_password": {JSON: {"token": LINK, "password": "another horse battery"}},
    "reset_password": {JSON: {}},
    "put_vocabulary": {
        JSON: {"terms": TERMS},
        "text/csv": _TABLE,
        "text/turtle": _TURTLE,
        "application/rdf+xml": _RDF_XML,
        FORM: {"file": _TABLE},
    },
    "check_key": {JSON: {"api_key": "sk-or-..."}},
}
