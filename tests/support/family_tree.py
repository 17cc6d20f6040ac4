"""A made-up GEDCOM file of as many people as wanted: generations that marry and have children."""

import random


def made_up(n: int, founders: int = 200) -> str:
    """The same file for the same number."""
    dice = random.Random(5)
    sex = {person: "MF"[person % 2] for person in range(1, min(founders, n) + 1)}
    born = {person: 1500 + dice.randrange(20) for person in sex}
    child_of: dict[int, int] = {}
    partner_in: dict[int, int] = {}
    families: list[tuple[int, int, list[int]]] = []
    generation = list(sex)
    while len(sex) < n:
        men = [person for person in generation if sex[person] == "M"]
        women = [person for person in generation if sex[person] == "F"]
        dice.shuffle(women)
        following: list[int] = []
        for man, woman in zip(men, women, strict=False):
            number = len(families) + 1
            children: list[int] = []
            for _child in range(dice.choice((2, 2, 3, 3, 4))):
                if len(sex) == n:
                    break
                child = len(sex) + 1
                sex[child] = dice.choice("MF")
                born[child] = max(born[man], born[woman]) + 20 + dice.randrange(15)
                child_of[child] = number
                children.append(child)
            families.append((man, woman, children))
            partner_in[man] = partner_in[woman] = number
            following += children
        generation = following
    lines = ["0 HEAD", "1 GEDC", "2 VERS 5.5.1", "2 FORM LINEAGE-LINKED", "1 CHAR UTF-8"]
    for person, letter in sex.items():
        name = f"/陈/名{person}" if person % 3 == 0 else f"Given{person} /Family{person % 500}/"
        lines += [f"0 @I{person}@ INDI", f"1 NAME {name}", f"1 SEX {letter}", "1 BIRT"]
        lines += [f"2 DATE {1 + person % 28} MAR {born[person]}", "2 PLAC Somewhere"]
        if person % 4 == 0:
            lines += ["1 OCCU Farmer", "2 DATE ABT 1800"]
        if person in child_of:
            lines.append(f"1 FAMC @F{child_of[person]}@")
        if person in partner_in:
            lines.append(f"1 FAMS @F{partner_in[person]}@")
    for number, (man, woman, children) in enumerate(families, 1):
        lines += [f"0 @F{number}@ FAM", f"1 HUSB @I{man}@", f"1 WIFE @I{woman}@", "1 MARR"]
        lines.append(f"2 DATE 1 MAY {max(born[man], born[woman]) + 18}")
        lines += [f"1 CHIL @I{child}@" for child in children]
    return "\n".join([*lines, "0 TRLR", ""])
