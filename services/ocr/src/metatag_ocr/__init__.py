"""Purpose: PDF in, text per page out, safely and at the machine's speed.
Owns: a bounded scratch of documents by content hash; nothing lasting.
Speaks to: nobody; its children (metatag_ocr.child) over pipes.
May import: metatag (wire), metatag_runtime.
Change it when: a page is read wrongly, slowly or unsafely.
"""
