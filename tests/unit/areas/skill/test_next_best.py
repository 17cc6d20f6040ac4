"""The next best skill: what is wanted, what is on the way to it, what fades, what was unlocked."""

from uuid import UUID

from pgc_lib.areas.skill.next_best import Need, Standing, Suggested, Wanted, next_best

A, B, C, D = (UUID(int=n) for n in range(1, 5))


def standing(id: UUID, name: str, level: float = 0.0, **options: float) -> Standing:
    return Standing(id, name, "", level, 5, **options)  # type: ignore[arg-type]


def names(found: list[Suggested]) -> list[str]:
    return [one.name for one in found]


def test_what_is_locked_hands_its_wish_down() -> None:
    """Nobody is sent to deep learning who cannot program; what it needs is suggested in its place."""
    skills = [standing(A, "Python", 1), standing(B, "ML"), standing(C, "DL")]
    needs = [Need(B, A, 3), Need(C, B, 2)]
    found = next_best(skills, needs, [Wanted("r", "DL", 4, 1, C)])
    assert names(found) == ["Python"]
    assert found[0].wanted == 4 * 0.7 * 0.7 and found[0].opens == 1
    assert found[0].reasons == ("ML is wanted and needs it at level 3", "opens ML")


def test_once_its_needs_are_met_it_is_suggested_itself() -> None:
    """And said to be unlocked."""
    skills = [standing(A, "Python", 3), standing(B, "ML")]
    found = next_best(skills, [Need(B, A, 3)], [Wanted("r", "ML", 2, 2, B)])
    assert names(found) == ["ML"] and found[0].score == 4.2
    assert found[0].reasons == ("“r” asks for level 2", "everything that it needs is there")


def test_what_fades_says_of_what() -> None:
    """Of a pause, of little practice, or of little evidence, whichever takes the most."""
    reasons = {
        "pause": {"idle": 400, "retrievability": 0.3, "recency": 0.6, "evidence": 0.7},
        "rare": {"idle": 3, "retrievability": 0.99, "recency": 0.61, "evidence": 0.9},
        "unproven": {"idle": 3, "retrievability": 0.99, "recency": 0.98, "evidence": 0.7},
    }
    skills = [
        standing(UUID(int=9 + n), name, 4, decay=0.5, **factors)
        for n, (name, factors) in enumerate(reasons.items())
    ]
    assert {one.name: one.reasons for one in next_best(skills, [], [])} == {
        "pause": ("it fades by 2.0 levels: not practised for 400 days",),
        "rare": ("it fades by 2.0 levels: hardly practised of late",),
        "unproven": ("it fades by 2.0 levels: little evidence shows it",),
    }


def test_what_one_does_not_have_at_all_is_told_once() -> None:
    """With every role that asks for it."""
    wishes = [Wanted("r", "Go", 2, 1, None), Wanted("s", "Go", 3, 1, None)]
    (found,) = next_best([], [], wishes)
    assert (found.skill, found.score, len(found.reasons)) == (None, 5, 3)


def test_nothing_to_say_says_nothing() -> None:
    """A skill that is as wanted and does not fade; needs of skills that are gone lock nothing."""
    skills = [standing(A, "a", 5, decay=0.01), standing(B, "b", 1, decay=0.1)]
    found = next_best(skills, [Need(B, D, 4)], [Wanted("r", "a", 5, 1, A)])
    assert found == []


def test_a_circle_that_slipped_in_hangs_nothing() -> None:
    """Both are locked, so neither is suggested."""
    skills = [standing(A, "a"), standing(B, "b")]
    wishes = [Wanted("r", "a", 2, 1, A)]
    assert next_best(skills, [Need(A, B, 1), Need(B, A, 1)], wishes) == []
