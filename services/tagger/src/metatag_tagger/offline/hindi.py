"""Hindi verbs: forms that end a noun phrase. Nouns and verbs share a script and no capital tells them apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib import resources

from metatag_tagger.offline.frequency import UNKNOWN, zipf
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
भर चुनाव बचा घेरा पकड़ रोक दबा बोली नाप तौल बैठक पूछ घेर गिनती चलन बदल उबाल अपना पहचान सुधार
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
    if word in _forms() or _FINITE.search(word) or (len(word) > 5 and _HAVING.search(word)):
        return True
    return _is_causative(word)


# Forms of verbs whose root ends in a long "a": "चिपकाएँ", "मिटाए", "सजाया". Nouns in "a" have some of them as plurals
# ("योजनाएँ"); only verbs have an infinitive.
_OF_ROOT_IN_A = re.compile("ा(?:ए[ंँ]?|एँ|ये|या|यी|ई|कर|ते|ता|ती|ना|ने)$")


def _is_causative(word: str) -> bool:
    found = _OF_ROOT_IN_A.search(word)
    if found is None or len(word) < _CAUSATIVE or word in _NOUNS:
        return False
    infinitives = (word[: found.start()] + ending for ending in ("ाना", "ाने"))
    return any(zipf(form, "hi") > UNKNOWN for form in infinitives) and zipf(word, "hi") < _COMMON_NOUN


# Letters of such a form, and the frequency from which a word is known as what it is.
_CAUSATIVE = 5
_COMMON_NOUN = 4.0
# Adverbs by their endings: "आदेशानुसार", "विचारोपरांत", "पूर्ववत".
_ADVERB = re.compile("(?:ानुसार|नुसार|ोपरांत|ोपरान्त|ापूर्वक|पूर्वक|ार्थ|ाधीन|तया|त:|तः|पर्यंत|पर्यन्त)$")
_NOT_ADVERB_WORDS = """
पदार्थ यथार्थ सामर्थ विद्यार्थ परमार्थ स्वार्थ पुरुषार्थ भावार्थ शब्दार्थ पराधीन
"""
_NOT_ADVERBS = frozenset(fold(word) for word in _NOT_ADVERB_WORDS.split())


@lru_cache(maxsize=50_000)
def is_adverb(word: str) -> bool:
    """Tell whether a folded word is an adverb by its ending, which belongs to no noun phrase."""
    return word not in _NOT_ADVERBS and bool(_ADVERB.search(word))


_GENITIVE_WORDS = """
का के की उनका उनकी उनके इसका इसकी इसके उसका उसकी उसके इनका इनकी इनके अपना अपनी अपने मेरा मेरी मेरे
आपका आपकी आपके हमारा हमारी हमारे जिसका जिसकी जिसके जिनका जिनकी जिनके
"""
_GENITIVES = frozenset(fold(word) for word in _GENITIVE_WORDS.split())
# Nouns of what is done: behind a genitive they end their phrase.
_ACT_WORDS = """
कार्य कार्यवाही कार्रवाई सत्यापन वितरण निर्माण पालन चयन गठन सुधार रोकथाम भुगतान जाँच जांच उपयोग
प्रयोग संचालन आयोजन निरीक्षण मूल्यांकन परीक्षण पंजीकरण पंजीयन स्थानांतरण स्थानान्तरण निस्तारण
निराकरण अनुमोदन आवंटन प्रकाशन प्रबंधन प्रबन्धन संरक्षण विकास विस्तार समाधान समीक्षा वसूली नीलामी
सफाई मरम्मत खरीद बिक्री उठान छिड़काव अवलोकन अध्ययन प्रशिक्षण शुभारंभ उद्घाटन वाचन परिवहन आपूर्ति
स्थापना घोषणा नियुक्ति पुष्टि व्यवस्था तैयारी मांग माँग शिकायत सूचना जानकारी लाभ विवरण पानी
"""
_ACTS = frozenset(fold(word) for word in _ACT_WORDS.split())


def is_genitive(word: str) -> bool:
    """Tell whether a folded word is a postposition or pronoun of the genitive."""
    return word in _GENITIVES


# Plurals that stand where their phrase ends: before a postposition, or as the subject.
_PLURAL_END = re.compile("(?:.{2}ों|.{2}ियाँ|.{2}ियां|.{2}इयाँ|.{2}इयां|.{2}ाएँ|.{2}ाएं)$")


def ends_in_plural(word: str) -> bool:
    """Tell whether a word is a plural that no noun of the same phrase follows: "दवाइयाँ", "केन्द्रों"."""
    return _PLURAL_END.search(word) is not None


def is_act(word: str) -> bool:
    """Tell whether a word names what is done."""
    return fold(word) in _ACTS


# Words that tell what was done or is the case ("जारी", "बंद", "घोषित"): before a noun they describe it, at the end of a
# phrase they belong to the verb that follows.
_PREDICATES = """
स्वयं जारी बंद माफ लागू शुरू समाप्त खत्म प्राप्त उपलब्ध तैयार मुक्त युक्त पूर्ण पूरा अनिवार्य आवश्यक मौजूद दर्ज तय रद्द स्वीकृत अधिकृत
प्रदान स्वीकार अस्वीकार ग्रहण अदा जमा पेश हासिल कायम निरस्त खारिज आरंभ आरम्भ प्रारंभ प्रारम्भ इनकार मंजूर नामंजूर रवाना तैनात
गिरफ्तार फरार ज्ञात विदित अवगत अंकित संतोषजनक असंतोषजनक सादर
पंजीकृत वंचित संपन्न सम्पन्न सक्षम योग्य जरूरी सुनिश्चित परिपक्व पर्याप्त समर्थ असमर्थ अनुसार निम्नानुसार मना व्यक्त नियुक्त
प्रस्तुत संयुक्त विरुद्ध संबद्ध कार्यरत इच्छुक उत्तरदायी जिम्मेदार जब्त शामिल सम्मिलित नष्ट खाली
अंतर्गत विषयांतर्गत कार्यालयीन निर्भर उत्पन्न सफल असफल मान्य अमान्य देय
"""
_PREDICATE = frozenset(fold(word) for word in _PREDICATES.split())
# Nouns with the ending of a participle.
_NOUNS_IN_IT = "गणित पंडित हित जनहित राष्ट्रहित लोकहित परहित चरित रोहित ललित अमित सुमित रंजित मोहित"
_EVEN_SO = frozenset(fold(word) for word in _NOUNS_IN_IT.split())


# Of these, what only tells of the noun behind it that it is there or was given.
_EMPTY_FIRST_WORDS = """
प्राप्त जारी प्रस्तुत उपलब्ध अंकित ज्ञात विदित अवगत दर्ज तय व्यक्त उत्पन्न प्रदान देय स्वयं सादर
"""
_EMPTY_FIRST = frozenset(fold(word) for word in _EMPTY_FIRST_WORDS.split())


def is_empty_first(word: str) -> bool:
    """Tell whether a folded word adds nothing at the beginning of a noun phrase: "प्राप्त (राशि)"."""
    return word in _EMPTY_FIRST


def is_predicate(word: str) -> bool:
    """Tell whether a folded word cannot end a noun phrase: "घोषित", "प्रभावित", "जारी"."""
    return word in _PREDICATE or (len(word) > 4 and word.endswith("ित") and word not in _EVEN_SO)


# Endings of plurals, oblique and direct, and those that the form alone may have instead, the likelier first.
_OBLIQUE = (
    ("ियों", ("ी", "ि")), ("ाओं", ("ा",)), ("ुओं", ("ुआँ", "ु", "ू")), ("ओं", ("",)), ("ों", ("", "ा")),
    ("ियाँ", ("ी", "ि")), ("ियां", ("ी", "ि")), ("ाएँ", ("ा",)), ("ाएं", ("ा",)), ("ायें", ("ा",)), ("ें", ("",)),
)  # fmt: skip


def direct(word: str) -> str:
    """Give the form of a noun that stands alone for one before a postposition: "समूहों" is shown as "समूह"."""
    for ending, forms in _OBLIQUE:
        if word.endswith(ending) and len(word) > len(ending) + 1:
            stem = word.removesuffix(ending)
            known = [(zipf(fold(stem + form), "hi"), -place, stem + form) for place, form in enumerate(forms)]
            best = max(form for form in known if len(form[2]) > 2)
            # Unknown in every form: the word is left as the document writes it.
            return best[2] if best[0] > UNKNOWN else word
    return word


# What an office writes or is, behind the word for it.
_OF_OFFICE_WORDS = "आदेश ज्ञापन भवन परिसर पद्धति प्रक्रिया स्वचालन प्रबंधन प्रबन्धन"
_OFFICE, _OF_OFFICE = fold("कार्यालय"), frozenset(fold(word) for word in _OF_OFFICE_WORDS.split())


def is_letterhead(words: Sequence[str]) -> bool:
    """Tell whether a phrase is "office of" before a name, as papers begin: "कार्यालय नगर पंचायत"."""
    return len(words) > 1 and fold(words[0]) == _OFFICE and fold(words[1]) not in _OF_OFFICE
