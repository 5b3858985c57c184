"""Notices of viewers are told from content in the languages that viewers' makers write them in."""

from __future__ import annotations

import pytest

from metatag_ocr.reading.notices import is_viewer_notice

NOTICES = [
    "Please wait... If this message is not eventually replaced with the proper contents of the document, your PDF "
    "viewer may not be able to display this type of document.",
    "Veuillez patienter... Si ce message n'est pas remplacé par le contenu du document, votre visionneuse PDF ne peut "
    "peut-être pas afficher ce type de document.",
    "Bitte warten... Falls diese Meldung nicht durch den ordnungsgemäßen Inhalt des Dokuments ersetzt wird, kann Ihr "
    "PDF-Viewer diese Art von Dokument möglicherweise nicht anzeigen.",
    "Espere... Si este mensaje no se reemplaza finalmente con el contenido correcto, es posible que el visor de PDF no "
    "pueda mostrar este tipo de documento.",
    "Aguarde... Se esta mensagem não for substituída pelo conteúdo do documento, talvez seu visualizador de PDF não "
    "possa exibir este tipo de documento.",
    "Attendere... Se questo messaggio non viene sostituito dal contenuto del documento, il visualizzatore PDF potrebbe "
    "non essere in grado di mostrarlo.",
    "Öffnen Sie dieses PDF-Portfolio in Acrobat X oder Adobe Reader X oder höher.",
    "Protected PDF. Use an IRM compatible PDF reader to open it. Download a reader that supports rights management.",
]


@pytest.mark.parametrize("text", NOTICES, ids=lambda text: text[:12])
def test_a_notice_is_no_content(text: str):
    assert is_viewer_notice(text)
    assert is_viewer_notice(text.replace(" ", "\n"))


@pytest.mark.parametrize(
    "text",
    [
        "Adobe Reader opens the forms of the harbour board. Download it in the office and type the boat's name.",
        "Le portfolio PDF de l'artiste est joint à la demande.",
        "Das PDF wird nicht durch den Antragsteller ersetzt.",
        f"{NOTICES[0]} " + "The minutes of the meeting follow. " * 80,
    ],
    ids=["manual", "french", "german", "long"],
)
def test_what_speaks_of_viewers_is_content(text: str):
    assert not is_viewer_notice(text)
