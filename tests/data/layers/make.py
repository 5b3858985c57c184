"""Make this folder's PDFs, printed by the programs that people print with, and each one's text.

    python tests/data/layers/make.py

Needs chromium, wkhtmltopdf and LibreOffice (Debian's `chromium`, `wkhtmltopdf`,
`libreoffice-writer-nogui`) and the fonts Lohit and Noto (`fonts-lohit-deva`, `fonts-noto-core`).
The files are committed, because no test should need a browser.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).parent

HINDI = """जल संसाधन विभाग
कार्यालय आदेश
सभी कार्यपालक अभियंताओं को निर्देश दिया जाता है कि वे अपने क्षेत्र के नहरों और तालाबों का निरीक्षण करें।
वर्ष २०२५-२६ में सिंचाई परियोजनाओं के लिए पाँच करोड़ रुपये स्वीकृत किए गए हैं।
शिकायतों का निस्तारण पंद्रह दिनों के भीतर किया जाएगा और विलम्ब के लिए संबंधित अधिकारी उत्तरदायी होंगे।
ज्ञापन की प्रतिलिपि श्रीमान जिलाधिकारी, ट्रस्ट के अध्यक्ष एवं विद्यालय के प्रधानाचार्य को सूचनार्थ प्रेषित।"""
ENGLISH = "The Executive Engineer shall inspect every canal in the district before the last day of the month."
GUJARATI = """ગુજરાત સરકારે ગ્રામીણ વિસ્તારોમાં પીવાના પાણીની યોજના માટે નવી માર્ગદર્શિકા જાહેર કરી છે.
દરેક ગ્રામ પંચાયત દર મહિને પાણીની ગુણવત્તાની ચકાસણી કરીને જિલ્લા પંચાયતને અહેવાલ મોકલશે."""
KANNADA = """ಕರ್ನಾಟಕ ಸರ್ಕಾರವು ಗ್ರಾಮೀಣ ಪ್ರದೇಶಗಳಲ್ಲಿ ಕುಡಿಯುವ ನೀರಿನ ಯೋಜನೆಗಾಗಿ ಹೊಸ ಮಾರ್ಗಸೂಚಿಗಳನ್ನು ಪ್ರಕಟಿಸಿದೆ.
ಪ್ರತಿ ಗ್ರಾಮ ಪಂಚಾಯಿತಿಯು ತಿಂಗಳಿಗೊಮ್ಮೆ ನೀರಿನ ಗುಣಮಟ್ಟವನ್ನು ಪರಿಶೀಲಿಸಿ ವರದಿ ಸಲ್ಲಿಸಬೇಕು."""
CZECH = """Žluťoučký kůň úpěl ďábelské ódy, zatímco ministerstvo schválilo návrh zákona o ochraně vod.
Obecní úřad v Přibyslavi oznamuje občanům, že svoz odpadu bude probíhat každé úterý od šesti hodin ráno.
Ředitel školy žádá rodiče, aby přihlášky dětí odevzdali nejpozději ve čtvrtek dopoledne."""

# Name: the program, the font, the text.
PAGES = {
    "chrome-hindi": ("chromium", "Lohit Devanagari", HINDI),
    "chrome-bilingual": ("chromium", "Noto Sans Devanagari", f"{ENGLISH}\n{HINDI}\n{ENGLISH}"),
    "chrome-gujarati": ("chromium", "Noto Sans Gujarati", GUJARATI),
    "chrome-czech": ("chromium", "DejaVu Sans", CZECH),
    "chrome-kannada": ("chromium", "Noto Sans Kannada", KANNADA),
    "libreoffice-hindi": ("soffice", "Noto Serif Devanagari", HINDI),
    "wkhtmltopdf-hindi": ("wkhtmltopdf", "Noto Sans Devanagari", HINDI),
}


def main() -> None:
    """Make every file."""
    for name, (program, font, text) in PAGES.items():
        (HERE / f"{name}.txt").write_text(text + "\n", encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder:
            page = Path(folder) / f"{name}.html"
            # LibreOffice leaves out the first paragraph of such a page.
            lines = "<p>&nbsp;</p>" * (program == "soffice")
            lines += "".join(f"<p>{line}</p>" for line in text.split("\n"))
            style = f'<style>body{{font-family:"{font}","DejaVu Sans";font-size:13pt}}</style>'
            head = f'<!DOCTYPE html><html><head><meta charset="utf-8">{style}</head>'
            page.write_text(f"{head}<body>{lines}</body></html>", encoding="utf-8")
            subprocess.run(_command(program, page, HERE / f"{name}.pdf"), check=True, timeout=120)


def _command(program: str, page: Path, target: Path) -> list[str]:
    if program == "chromium":
        quiet = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
        return [program, *quiet, f"--print-to-pdf={target}", str(page)]
    if program == "soffice":
        kind = "pdf:writer_web_pdf_Export"
        return [program, "--headless", "--convert-to", kind, "--outdir", str(target.parent), str(page)]
    return [program, "-q", str(page), str(target)]


if __name__ == "__main__":
    main()
