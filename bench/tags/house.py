"""An archive of one office, made by script: fifty letters of a water division whose librarian has a style of their own.

Each letter is on two of fourteen subjects, in sentences drawn from a few for each subject, within the letterhead and
phrases of the office. The librarian's tags are terms of the house, which the texts hold or circumscribe; phrases of the
office itself are never among them. Names and places are invented.
"""

from __future__ import annotations

import random

from bench.tags.protocol import Gold

SUBJECTS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (
        ("hand pump repair", "rural water supply"),
        (
            "Complaints of forty broken hand pumps were received from the gram panchayats of the block.",
            "The mobile team shall finish hand pump repair in every village before the hot weather.",
            "Worn washers and chains are to be replaced under the rural water supply programme.",
        ),
    ),
    (
        ("water quality testing", "fluoride"),
        (
            "Samples of ground water from thirty sources showed fluoride above the permissible limit.",
            "Water quality testing with field kits is to be repeated in the schools each quarter.",
            "Sources with fluoride must be painted red and closed for drinking.",
        ),
    ),
    (
        ("pipeline leakage", "non-revenue water"),
        (
            "The distribution line near the bus stand loses much water through leakage.",
            "Repair gangs shall attend to every pipeline leakage within two days of the report.",
            "The share of non-revenue water is to be brought down by a quarter this year.",
        ),
    ),
    (
        ("water meters", "consumer billing"),
        (
            "Water meters are to be fixed on all domestic connections of zone three.",
            "Consumer billing will follow the meter reading from the next quarter.",
            "Faulty water meters are replaced at the cost of the consumer.",
        ),
    ),
    (
        ("overhead tank", "tank cleaning"),
        (
            "The overhead tank at the fort road serves nine thousand people.",
            "Cleaning of the overhead tank is done twice a year, and the date is painted on it.",
            "Tank cleaning shall be recorded with photographs.",
        ),
    ),
    (
        ("chlorination", "disease outbreak"),
        (
            "After the outbreak of jaundice chlorination of all wells was ordered.",
            "Bleaching powder for chlorination is kept at every sub-centre.",
            "Residual chlorine is to be tested daily until the disease outbreak ends.",
        ),
    ),
    (
        ("bore wells", "ground water"),
        (
            "Drilling of bore wells within five hundred metres of a public source is forbidden.",
            "The rig shall stop where the yield of ground water is less than one litre a second.",
            "Failed bore wells must be closed with a steel cap on the same day.",
        ),
    ),
    (
        ("rainwater harvesting", "school buildings"),
        (
            "Roof water of school buildings is led into recharge pits.",
            "Rainwater harvesting is compulsory for plots above two hundred square metres.",
            "The model design for school buildings is enclosed.",
        ),
    ),
    (
        ("pump operators", "wages"),
        (
            "Wages of pump operators for three months are still due.",
            "The pump operators are paid by the village committee out of the water charges.",
            "Arrears of wages shall be cleared before the festival.",
        ),
    ),
    (
        ("solar pumps", "energy saving"),
        (
            "Eleven solar pumps were put to use in hamlets without electricity.",
            "With solar pumps the energy bill of the scheme fell by half.",
            "Energy saving is reported each month in the enclosed form.",
        ),
    ),
    (
        ("tanker supply", "drought"),
        (
            "Tanker supply to twenty villages began in the second week of March.",
            "Log books of tankers must bear the signature of two villagers.",
            "The collector has declared drought in four blocks.",
        ),
    ),
    (
        ("sewage treatment", "river pollution"),
        (
            "Untreated sewage of three wards flows into the river.",
            "The sewage treatment plant shall run on all days of the year.",
            "The board has asked for monthly figures on river pollution.",
        ),
    ),
    (
        ("tender", "contractor performance"),
        (
            "The tender for laying of cast iron pipes was opened in the presence of the bidders.",
            "The agency has not finished the work and its deposit is forfeited.",
            "Poor contractor performance leads to a ban of two years.",
        ),
    ),
    (
        ("village water committees", "training"),
        (
            "Members of the village water committees were trained in keeping accounts.",
            "Half of the members of village water committees must be women.",
            "The next training is held at the block resource centre.",
        ),
    ),
)
HEAD = (
    "Office of the Executive Engineer, Water Division, Sitapur Khurd\nThe assistant engineers of all sub-divisions are "
    "informed as follows with reference to the earlier letter of this office."
)
PHRASES = (
    "The utilisation certificate shall reach this office by the end of the month.",
    "The junior engineer is responsible for timely compliance report.",
    "Administrative approval of the competent authority has been obtained.",
    "Any slackness in this matter will invite disciplinary action.",
    "A copy of the progress report is to be sent to the superintending engineer.",
)


def documents(count: int = 50, seed: int = 7) -> list[Gold]:
    """Return letters with the librarian's tags."""
    chance = random.Random(seed)
    found = []
    for number in range(count):
        subjects = chance.sample(SUBJECTS, 2)
        parts = [HEAD]
        tags: list[str] = []
        for own, sentences in subjects:
            parts += chance.sample(sentences, 2)
            parts.append(chance.choice(PHRASES))
            tags += own
        found.append(Gold(f"house{number:02}", "\n".join(parts), [[tag] for tag in tags], "en"))
    return found
