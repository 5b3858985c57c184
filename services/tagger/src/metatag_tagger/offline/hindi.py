"""Hindi verbs: forms that end a noun phrase. Nouns and verbs share a script and no capital tells them apart."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

from metatag_tagger.words import fold

# Endings that only finite verbs carry: the future ("करेगा", "लगाएँगे", "होंगी") and polite orders ("कीजिए").
_FINITE = re.compile(r"(?:[ूौ][ँं]ग[ाी]|ेग[ाी]|े[ँं]ग[ेी]|ो[ँं]ग[ेी]|ए[ँं]?ग[ाीे]|ये[ँं]?ग[ाीे]|ोगे|ओगे|िएगा|जिए|जिये)$")
# "having done": बनाकर, कहकर. Longer than a tax (आयकर) or a name needs.
_HAVING = re.compile(r"(?:[ाोे]|ह|ल|न|ख|ढ|र|ठ|ज|झ|ड)(?:कर|करके)$")
_AFTER_CONSONANT = (
    "", "ना", "ने", "नी", "ता", "ती", "ते", "तीं", "ा", "ी", "े", "ीं", "ें", "ो", "ूँ", "ूं", "कर", "िए", "िये", "नेवाला", "नेवाले",
    "नेवाली",
)  # fmt: skip
_AFTER_VOWEL = (
    "", "ना", "ने", "नी", "ता", "ती", "ते", "तीं", "या", "यी", "ये", "ई", "ए", "ईं", "यीं", "एँ", "एं", "ओ", "ऊँ", "कर", "इए",
    "इये",
    "नेवाला", "नेवाले", "नेवाली", "ते",
)  # fmt: skip
# Forms that are better known as nouns: account, goods, gold, song, game, defeat, work, part, rice grain, eating.
_NOUN_FORMS = """
पानी कमाई चढ़ाई भराई सूखे छूट चिह्न पहुँच पहुंच परख समझ मोड़ सह बोल देय आय राय गाय खाता खाते काम खेल हार जीत
भाग बच्चा गाना सोना दौड़ घोल माँग मांग जाँच जांच खोज कट सूखा पढ़ाई लड़ाई खरीद कूद पलट मान जान पका डर मार लिखाई
भर चुनाव बचा घेरा पकड़ रोक दबा बोली नाप तौल बैठक पूछ घेर गिनती चलन बदल उबाल अपना लग
"""
_NOUNS = frozenset(fold(word) for word in _NOUN_FORMS.split())


@cache
def _forms() -> frozenset[str]:
    file = resources.files("metatag_tagger.offline") / "data" / "verbs_hi.txt"
    found = set()
    for root in file.read_text(encoding="utf-8").split():
        vowel = root[-1] in "ािीुूेैोौआईएओ"
        found |= {fold(root + ending) for ending in (_AFTER_VOWEL if vowel else _AFTER_CONSONANT)}
    return frozenset(found) - _NOUNS


def is_verb(word: str) -> bool:
    """Tell whether a folded word is a verb's form rather than a noun."""
    return word in _forms() or bool(_FINITE.search(word)) or (len(word) > 5 and bool(_HAVING.search(word)))
