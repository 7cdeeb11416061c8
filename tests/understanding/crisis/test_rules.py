"""The rules of a crisis: what they hear in six languages, what they leave alone, and what they cost."""

from __future__ import annotations

import json
import time
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import pytest

from hotline.errors import ContentError
from hotline.settings import ROOT
from hotline.understanding.crisis.rules import CrisisRules, crisis_rules

if TYPE_CHECKING:
    from pathlib import Path

LANGUAGES: Final = ("en", "es", "pt", "ht", "fr", "pl")
PROBE: Final = ROOT / "tests" / "understanding" / "data" / "crisis"  # written without a look at the rules
# What must not get worse. The aim is 0.97 and 0.01: docs/benchmarks.md says how far that is, and why.
CAUGHT: Final = 0.46  # of the hardest language
FALSE: Final = 0.045
MILLISECONDS: Final = 3.0


@pytest.fixture(scope="module")
def rules() -> CrisisRules:
    return crisis_rules(ROOT / "content" / "triage")


SUICIDE: Final = """
kms | i dont wanna b here anymore | i want 2 die | my son wants to kill himself
my friend says she wants to die
i cant do this anymore i want it all to end | everyone would be better off without me
been cutting myself again
if they deport me ill kill myself | i'd rather die than be deported | im going to jump off the bridge
ya no quiero vivir | me quiero matar | kiero morirme | mi hija se corta los brazos
todos estarian mejor sin mi
quero morrer | n quero mais viver | meu filho quer se matar | minha vida nao tem mais sentido
mwen pa vle viv anko | m vle mouri | mwen vle touye tet mwen | m bouke viv
je veux mourir | jveux mourir | mon fils veut se suicider | j'ai plus envie de vivre
chce sie zabic | nie chce mi sie zyc | mam dosc zycia | corka sie tnie
"""
MEDICAL: Final = """
my baby is not breathing | overdose | chest pain can't breathe | my wife is bleeding and she is pregnant
he wont wake up
my water broke | someone got shot | my house is on fire | she is having a seizure
my son swallowed bleach
mi esposa está sangrando y está embarazada | mi bebe no respira | le dio un infarto
necesito una ambulancia
meu pai desmaiou e nao acorda | a bolsa estourou | ele foi atropelado | nao consigo respirar
tibebe m pa respire | madanm mwen ap senyen li ansent | rele anbilans tanpri | li pran bal
mon bebe ne respire plus | elle a perdu les eaux | appelez une ambulance
moje dziecko nie oddycha | ma zawal | potrzebna karetka
"""
VIOLENCE: Final = """
my husband hits me and says he will call ICE | he has a knife | my boyfriend choked me
he says he is going to kill me
i am afraid of my husband | my husband wont let me leave the house | i was raped
my stepdad touches me at night
me pega | mi esposo me amenaza con llamar a ice | soy victima de violencia domestica | tiene un cuchillo
ele me bate | apanho do meu marido | ele disse que vai me matar | sofro violencia domestica
li bat mwen | mari m bat mwen | li gen kouto | li di l ap touye m
mon mari me frappe | il a un couteau | il me menace de mort
maz mnie bije | ma noz | grozi ze mnie zabije
"""
CALM: Final = """
me muero de risa | this heat is killing me | dying to know | I could kill for a coffee
muerto de cansancio | my phone died
el trafico me mata | my shift is killing me | I'd rather die than work there
ICE is killing our community
can a victim get a u visa | can a victim of domestic violence apply for a u visa | my uncle died last year
he hit my car
my mom is going to kill me if im late | hit me up later | beats me | do i have to pay the ambulance bill
stop texting me
if i go back to my country they will kill me | the agents hit my brother and took him | ICE is at my door
una victima de violencia domestica puede pedir visa u | le pego a mi carro
los agentes golpearon a mi hermano
si regreso a mi pais me matan | tengo miedo de la migra | me pego una gripe bien fea
no quiero vivir con miedo
morrendo de rir | batendo na minha porta | meu tio morreu ano passado | quanto custa a ambulancia
m ap mouri ak grangou | y ap frape pot la | m san papye | si m tounen ayiti y ap touye m
je suis mort de rire | quelqu'un frappe a la porte | combien coute l'ambulance
umieram ze smiechu | uderzyl w moj samochod | czy ofiara przemocy domowej moze dostac wize u
"""


# What no person does to anybody, and what is said laughing: rules may doubt it, never answer it at once.
MEANT_OTHERWISE: Final = """
the cold is killing me | this weather is killing us slowly | my truck is dead | the rent is choking us
my dog is not breathing right | the cat gave birth and is bleeding a lot | these taxes are raping us
my laptop is overheating, it cant breathe | my kitten had a seizure last tuesday, is there a vet
if i fill one more form i'll kill myself lol | omg i want to die haha | choking on this traffic 😂
el frio me esta matando | el gobierno nos mata de a poco | la renta me asfixia | la perra esta pariendo
quiero morirme jajaja | se murio la bateria del carro
esse calor ta me matando | o governo ta matando a gente | minha gata esta parindo | quero morrer kkkkk
meu irmao foi pego ontem pra onde levam | meu cunhado foi pego em new haven
fredi a ap touye m | gouvenman an ap touye moun yo | chat mwen an ap senyen anpil | m vle mouri hahaha
ce froid me tue | le loyer m'etouffe | ma chienne saigne beaucoup | je veux mourir mdr
ten mroz mnie zabije | czynsz mnie dusi | moja suka krwawi mocno | chce umrzec haha
"""


def listed(texts: str) -> list[str]:
    return [text.strip() for line in texts.strip().splitlines() for text in line.split(" | ")]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (kind, text)
        for kind, texts in (("suicide", SUICIDE), ("medical", MEDICAL), ("violence", VIOLENCE))
        for text in listed(texts)
    ],
)
def test_a_cry_is_heard_as_what_it_is(rules: CrisisRules, kind: str, text: str) -> None:
    assert kind in at_least_doubted(rules, text)


def at_least_doubted(rules: CrisisRules, text: str) -> tuple[str, ...]:
    """What the rules hear; where they doubt, `test_crisis_look` asks the second look too."""
    reading = rules.read(text)
    return reading.kinds or reading.doubted


@pytest.mark.parametrize("laugh", [" haha", " 😂 lol", " jajaja", " kkk"])
def test_laughing_leaves_a_cry_to_the_second_look_and_never_silences_it(
    rules: CrisisRules, laugh: str
) -> None:
    silenced = [
        text
        for kind, texts in (("suicide", SUICIDE), ("medical", MEDICAL), ("violence", VIOLENCE))
        for text in listed(texts)
        if kind not in rules.read(text + laugh).doubted or not rules.read(text + laugh).laughed
    ]
    assert not silenced


@pytest.mark.parametrize("text", listed(MEANT_OTHERWISE))
def test_what_a_thing_does_or_what_is_said_laughing_is_not_answered_at_once(
    rules: CrisisRules, text: str
) -> None:
    assert rules.read(text).kinds == ()


@pytest.mark.parametrize("text", listed(CALM))
def test_what_is_no_cry_is_left_alone(rules: CrisisRules, text: str) -> None:
    assert rules.read(text).kinds == ()


def test_the_texts_that_the_rules_were_written_with_stay_heard(rules: CrisisRules) -> None:
    path = PROBE.with_name("crisis_dev.jsonl")
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    wrong = [row for row in rows if not _as_meant(rules, row)]
    assert not wrong


def _as_meant(rules: CrisisRules, row: dict[str, Any]) -> bool:
    if row["crisis"] == "none":
        return not rules.read(row["text"]).kinds
    return row["crisis"] in at_least_doubted(rules, row["text"])


def probe(lang: str) -> list[dict[str, Any]]:
    path = PROBE / f"{lang}.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    assert len(rows) > 20, path
    return rows


def counted(rules: CrisisRules, rows: list[dict[str, Any]]) -> Counter[str]:
    """How many cries there are, are heard, and as what they are; of calm texts, how many false alarms."""
    found = Counter[str]()
    for row in rows:
        kinds = rules.read(row["text"]).kinds
        if row["crisis"] == "none":
            found.update(calm=1, false=bool(kinds))
        else:
            found.update(cries=1, heard=bool(kinds), right=row["crisis"] in kinds)
    return found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_of_a_probe_nobody_tuned_on_cries_are_heard_and_calm_texts_are_not(
    rules: CrisisRules, lang: str
) -> None:
    found = counted(rules, probe(lang))
    print(f"{lang}: {dict(found)}")  # noqa: T201 - the figures, with -s
    assert found["heard"] >= CAUGHT * found["cries"]
    assert found["false"] <= max(FALSE * found["calm"], 1)


def test_the_longest_text_costs_the_webhook_a_few_milliseconds(rules: CrisisRules) -> None:
    texts = [("i want to die he hits me and i cant breathe " * 40)[:1600], ("me pega y " * 200)[:1600]]
    for text in texts:
        assert rules.read(text).kinds
        best = min(_took(rules, text) for _ in range(5))
        assert best < 40, f"{best:.1f} ms for 1,600 characters"
    short = min(_took(rules, "my husband hits me and says he will call ICE") for _ in range(20))
    assert short < MILLISECONDS, f"{short:.2f} ms"


def _took(rules: CrisisRules, text: str) -> float:
    begun = time.perf_counter()
    rules.read(text)
    return (time.perf_counter() - begun) * 1000


def test_a_slip_in_a_phrase_is_refused_by_file_and_phrase(tmp_path: Path) -> None:
    folder = tmp_path / "crisis"
    folder.mkdir()
    for path in (ROOT / "content" / "triage" / "crisis").glob("*.yml"):
        (folder / path.name).write_text(path.read_text())
    text = (folder / "fr.yml").read_text()
    (folder / "fr.yml").write_text(text.replace("concepts:\n", "concepts:\n  no_such_thing: [x]\n", 1))
    with pytest.raises(ContentError, match=r"fr\.yml: concept no_such_thing"):
        CrisisRules(tmp_path)
