"""Formulas are read as they are meant or not at all; whatever is typed, reading ends."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.core.markdown.formulas import mathml, tree


def drawn(tex: str) -> str:
    """The MathML of a formula that can be read."""
    found = tree(tex)
    assert found is not None, tex
    return (
        mathml(found, block=True)
        .removeprefix('<math display="block"><mrow>')
        .removesuffix("</mrow></math>")
    )


@pytest.mark.parametrize(
    ("tex", "said"),
    [
        ("a^2_i", "<msubsup><mi>a</mi><mi>i</mi><mn>2</mn></msubsup>"),
        (r"\frac12", "<mfrac><mn>1</mn><mn>2</mn></mfrac>"),
        (r"\tfrac{a}{b}", "<mfrac><mrow><mi>a</mi></mrow><mrow><mi>b</mi></mrow></mfrac>"),
        (r"\sqrt[3]x", "<mroot><mi>x</mi><mrow><mn>3</mn></mrow></mroot>"),
        (r"\lim_{n\to\infty}", "<munder><mi>lim</mi><mrow><mi>n</mi><mo>→</mo><mi>∞</mi></mrow></munder>"),
        (r"\int_0^1", "<msubsup><mo>∫</mo><mn>0</mn><mn>1</mn></msubsup>"),
        ("f''", "<msup><mi>f</mi><mrow><mo>′</mo><mo>′</mo></mrow></msup>"),
        (r"\mathbb{R}\mathcal{B}\mathbf1", "<mrow><mi>ℝ</mi></mrow><mrow><mi>ℬ</mi></mrow><mn>𝟏</mn>"),
        (r"\left(x\right.", '<mrow><mo fence="true" stretchy="true">(</mo><mrow><mi>x</mi></mrow></mrow>'),
        (r"\text{否则 }x", "<mtext>否则 </mtext><mi>x</mi>"),
        (r"\hat x", '<mover accent="true"><mi>x</mi><mo stretchy="false">^</mo></mover>'),
    ],
)  # fmt: skip
def test_what_people_write(tex: str, said: str) -> None:
    """Scripts, fractions, roots, limits, primes, alphabets, brackets, words and accents."""
    assert drawn(tex) == said


def test_tables() -> None:
    """Matrices and cases have their brackets; rows of unlike length are filled; a last empty row is none."""
    assert drawn(r"\begin{pmatrix}a&b\\c\end{pmatrix}").count("<mtd>") == 4
    cases = drawn(r"\begin{cases}1 & x>0\\0 & x<0\\\end{cases}")
    assert cases.count("<mtr>") == 2 and "&gt;" in cases and ">{</mo>" in cases
    assert "text-align:right" in drawn(r"\begin{aligned}a&=b\end{aligned}")


@pytest.mark.parametrize(
    "tex",
    ["", "  ", "a}", "{a", "x^2^3", "x_", r"\frac1", r"\unknown", r"\color{red}x", r"\left(x", r"\begin{tikz}x\end{tikz}",
     r"\begin{matrix}a\end{pmatrix}", "a & b", r"a \\ b", "{" * 5000, "x^{" * 40, r"\text{$x$}", r"\def\a{\a}\a", "x" * 10_000],
)  # fmt: skip
def test_what_cannot_be_read_has_no_tree(tex: str) -> None:
    """It is shown as it was written; half a formula is never drawn."""
    assert tree(tex) is None


@given(st.text(alphabet=r"\{}^_&$ ab12+'()[]<>frcsqtlehginmd,|" + "积", max_size=60))
@settings(max_examples=200, deadline=None)
def test_reading_always_ends(tex: str) -> None:
    """With a tree, whose MathML closes what it opens, or without."""
    from xml.etree.ElementTree import fromstring

    found = tree(tex)
    if found is not None:
        fromstring(mathml(found))
