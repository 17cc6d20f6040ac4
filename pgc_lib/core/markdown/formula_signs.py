"""What the commands of formulas stand for: letters, signs, functions, accents, spaces and alphabets."""

from collections.abc import Mapping
from typing import Any

LETTERS: Mapping[str, str] = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ϵ", "zeta": "ζ", "eta": "η", "theta": "θ",
    "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "omicron": "ο", "pi": "π", "rho": "ρ",
    "varsigma": "ς", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "ϕ", "chi": "χ", "psi": "ψ", "omega": "ω",
    "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Upsilon": "Υ",
    "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
    "varepsilon": "ε", "vartheta": "ϑ", "varphi": "φ", "varrho": "ϱ", "varpi": "ϖ", "ell": "ℓ", "hbar": "ℏ", "Re": "ℜ",
    "Im": "ℑ", "aleph": "ℵ", "imath": "ı", "jmath": "ȷ", "partial": "∂", "nabla": "∇", "emptyset": "∅",
    "varnothing": "∅", "infty": "∞",
}  # fmt: skip

SIGNS: Mapping[str, str] = {
    "times": "×", "cdot": "⋅", "div": "÷", "pm": "±", "mp": "∓", "ast": "∗", "star": "⋆", "circ": "∘", "bullet": "∙",
    "oplus": "⊕", "otimes": "⊗", "odot": "⊙", "wedge": "∧", "land": "∧", "vee": "∨", "lor": "∨", "cap": "∩", "cup": "∪",
    "setminus": "∖", "neg": "¬", "lnot": "¬", "le": "≤", "leq": "≤", "leqslant": "⩽", "ge": "≥", "geq": "≥",
    "geqslant": "⩾", "ne": "≠", "neq": "≠", "equiv": "≡", "approx": "≈", "cong": "≅", "sim": "∼", "simeq": "≃",
    "propto": "∝", "ll": "≪", "gg": "≫", "prec": "≺", "succ": "≻", "in": "∈", "notin": "∉", "ni": "∋", "subset": "⊂",
    "subseteq": "⊆", "supset": "⊃", "supseteq": "⊇", "perp": "⊥", "parallel": "∥", "mid": "∣", "models": "⊨",
    "vdash": "⊢", "forall": "∀", "exists": "∃", "nexists": "∄", "therefore": "∴", "because": "∵", "to": "→",
    "rightarrow": "→", "leftarrow": "←", "gets": "←", "leftrightarrow": "↔", "Rightarrow": "⇒", "Leftarrow": "⇐",
    "Leftrightarrow": "⇔", "iff": "⟺", "implies": "⟹", "mapsto": "↦", "longrightarrow": "⟶", "uparrow": "↑",
    "downarrow": "↓", "rightleftharpoons": "⇌", "dots": "…", "ldots": "…", "cdots": "⋯", "vdots": "⋮", "ddots": "⋱",
    "langle": "⟨", "rangle": "⟩", "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉", "lvert": "|", "rvert": "|",
    "vert": "|", "lVert": "‖", "rVert": "‖", "Vert": "‖", "|": "‖", "{": "{", "}": "}", "lbrace": "{", "rbrace": "}",
    "%": "%", "$": "$", "#": "#", "&": "&", "_": "_", "prime": "′", "degree": "°", "angle": "∠", "triangle": "△",
    "square": "□", "colon": ":", "backslash": "∖", "dagger": "†",
}  # fmt: skip

BIG: Mapping[str, tuple[str, bool]] = {
    "sum": ("∑", True), "prod": ("∏", True), "coprod": ("∐", True), "bigcup": ("⋃", True), "bigcap": ("⋂", True),
    "bigoplus": ("⨁", True), "bigotimes": ("⨂", True), "bigvee": ("⋁", True), "bigwedge": ("⋀", True),
    "int": ("∫", False), "iint": ("∬", False), "iiint": ("∭", False), "oint": ("∮", False),
}  # fmt: skip
"""Signs that grow, and whether what belongs to them stands above and below."""

_ABOVE = ("lim", "max", "min", "sup", "inf", "limsup", "liminf", "det", "gcd", "Pr")
_BESIDE = (
    "sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "coth", "log", "ln",
    "lg", "exp", "dim", "ker", "deg", "arg", "hom",
)  # fmt: skip
FUNCTIONS: Mapping[str, tuple[str, bool]] = {
    **{name: (name, True) for name in _ABOVE},
    **{name: (name, False) for name in _BESIDE},
    "limsup": ("lim sup", True),
    "liminf": ("lim inf", True),
}
"""Names that stand upright, and whether what belongs to them stands below."""

SPACES: Mapping[str, float] = {
    ",": 0.167, ":": 0.222, ">": 0.222, ";": 0.278, "!": -0.167, " ": 0.333, "quad": 1.0, "qquad": 2.0,
}  # fmt: skip

ACCENTS: Mapping[str, str] = {
    "hat": "^", "widehat": "^", "tilde": "~", "widetilde": "~", "bar": "¯", "vec": "→", "dot": "˙", "ddot": "¨", "check": "ˇ",
    "breve": "˘", "acute": "´", "grave": "`", "overrightarrow": "→",
}  # fmt: skip
OVER_AND_UNDER: Mapping[str, str] = {"overline": "over", "underline": "under"}

ALPHABETS: Mapping[str, str] = {
    "mathbb": "bb", "mathcal": "cal", "mathscr": "cal", "mathbf": "bold", "boldsymbol": "bold", "bm": "bold",
    "mathfrak": "frak", "mathsf": "sans", "mathit": "",
}  # fmt: skip
_FIRST = {"bb": (0x1D538, 0x1D552), "cal": (0x1D49C, 0x1D4B6), "bold": (0x1D400, 0x1D41A), "frak": (0x1D504, 0x1D51E), "sans": (0x1D5A0, 0x1D5BA)}  # fmt: skip
_ELSEWHERE = {
    "bb": dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True)),
    "cal": dict(zip("BEFHILMRego", "ℬℰℱℋℐℒℳℛℯℊℴ", strict=True)),
    "frak": dict(zip("CHIRZ", "ℭℌℑℜℨ", strict=True)),
}
"""Letters that Unicode had before it had the alphabet."""
_DIGITS = {"bb": 0x1D7D8, "bold": 0x1D7CE, "sans": 0x1D7E2}


def styled(node: dict[str, Any], alphabet: str) -> dict[str, Any]:
    """The same with its letters and digits of another alphabet."""
    if not alphabet:
        return node
    made = dict(node)
    if node["t"] in ("i", "n"):
        made["s"] = "".join(_letter(each, alphabet) for each in node["s"])
    if "c" in node:
        made["c"] = [styled(each, alphabet) if each is not None else None for each in node["c"]]
    return made


def _letter(letter: str, alphabet: str) -> str:
    if letter in _ELSEWHERE.get(alphabet, {}):
        return _ELSEWHERE[alphabet][letter]
    upper, lower = _FIRST[alphabet]
    if "A" <= letter <= "Z":
        return chr(upper + ord(letter) - ord("A"))
    if "a" <= letter <= "z":
        return chr(lower + ord(letter) - ord("a"))
    if letter.isdigit() and letter.isascii() and alphabet in _DIGITS:
        return chr(_DIGITS[alphabet] + int(letter))
    return letter
