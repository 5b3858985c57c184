"""Purpose: the libraries that open PDFs and recognise pictures, behind reading's ports.
Owns: open files and loaded models, inside a child process.
Speaks to: pdfium, pdfplumber, Tesseract, EasyOCR, RapidOCR.
May import: reading and everything below.
Change it when: a library is added or changes.
"""
