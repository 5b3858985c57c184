"""Where phrases end in languages of India that write case and tense onto the word, such as Marathi.

Without word classes a run between stop words holds whole clauses there. A noun with the ending of a case other than the
genitive stands at the end of its phrase, a finite verb in none.
"""

from __future__ import annotations

import re

# Longer phrases between stop words are clauses in these languages.
MAX_WORDS_BY_CASE = 3
_LEAST = 2
# Endings of the cases and postpositions that close a noun phrase.
_CASES = {
    "mr": "ांसाठी|साठी|ाकडे|ेकडे|कडे|ामध्ये|ांमध्ये|मध्ये|ांवर|ावर|ेवर|ीवर|ांनी|ाने|ेने|ीने|ांना|ाला|ेला|ीला|ापासून|पासून|ातून|ांतून|ानुसार"
    "|ानुसारच|नुसार|ात|ेत|ीत|ांत|ाशी|ांशी|ासह",
    "ne": "लाई|बाट|हरूलाई|हरूमा|द्वारा|सँग|सम्म|मा|ले",
    "bn": "ের জন্য|তে|কে|দের|য়ে|রে|টিকে|গুলিকে|গুলিতে|েই",
    "gu": "માં|થી|ને|એ|માટે|ઓને|ઓમાં|ઓએ|પર",
    "ta": "இல்|க்கு|ுக்கு|ால்|உடன்|இருந்து|ில்|த்தில்|களுக்கு|களில்|ிலிருந்து|த்தை|களை",
    "te": "లో|కు|కి|తో|నుండి|పై|ను|ని|లకు|లలో",
    "kn": "ಲ್ಲಿ|ಗೆ|ಕ್ಕೆ|ಇಂದ|ದಿಂದ|ನ್ನು|ಗಳಿಗೆ|ಗಳಲ್ಲಿ|ಗಳನ್ನು",
    "ml": "ിൽ|ത്തിൽ|ക്ക്|ന്|യിൽ|ളിൽ|ഓട്|ാൽ|ത്തിന്|കളെ|നെ",
}
# Endings of finite verbs, and of what is to be done.
_FINITE = {
    "mr": "ावी|ावे|ावा|ाव्यात|ावेत|णार|तील|ेल|ाली|ाला|ाले|झाले|आहेत|तात|ितात|ल्या",
    "ne": "गर्नुपर्नेछ|पर्नेछ|नेछ|नेछन्|गरियो|भयो|गरिन्छ|हुन्छ|छन्",
    "bn": "বে|বেন|ছে|ছেন|েছে|েছেন|লেন|তেন|হয়|করা|দেওয়া",
    "gu": "શે|વું|વી|વો|વામાં|ાયું|ાયા|ાઈ|કરવા|કરી",
    "ta": "வேண்டும்|கிறது|கின்றன|ப்படும்|ார்கள்|னர்|உள்ளது",
    "te": "ాలి|ంది|న్నారు|స్తారు|బడింది|తుంది",
    "kn": "ಬೇಕು|ತ್ತದೆ|ಲಾಗಿದೆ|ಲಾಗುವುದು|ತ್ತಾರೆ",
    "ml": "ണം|ുന്നു|ിച്ചു|പ്പെട്ടു|ുള്ള",
}
_CASE_PATTERNS = {language: re.compile(f".{{{_LEAST}}}(?:{endings})$") for language, endings in _CASES.items()}
_FINITE_PATTERNS = {language: re.compile(f"(?:{endings})$") for language, endings in _FINITE.items()}


def marks_case(language: str) -> bool:
    """Return whether phrases of a language are told by the endings of words."""
    return language in _CASE_PATTERNS


def ends_phrase(word: str, language: str) -> bool:
    """Return whether a word carries the ending of a case that closes its phrase."""
    pattern = _CASE_PATTERNS.get(language)
    return pattern is not None and pattern.search(word) is not None


def is_finite(word: str, language: str) -> bool:
    """Return whether a word has the ending of a finite verb."""
    pattern = _FINITE_PATTERNS.get(language)
    return pattern is not None and pattern.search(word) is not None
