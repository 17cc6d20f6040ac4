"""Languages by the ending of a file, for those who write them; data and generated files are none."""

from collections.abc import Mapping

_ENDINGS: Mapping[str, str] = {
    "Python": ".py .pyi .pyx .ipynb",
    "JavaScript": ".js .mjs .cjs .jsx",
    "TypeScript": ".ts .tsx .mts .cts",
    "Java": ".java",
    "Kotlin": ".kt .kts",
    "Scala": ".scala .sc",
    "Groovy": ".groovy .gradle",
    "C": ".c .h",
    "C++": ".cc .cpp .cxx .hpp .hh .hxx",
    "C#": ".cs .csx",
    "F#": ".fs .fsx",
    "Go": ".go",
    "Rust": ".rs",
    "Swift": ".swift",
    "Objective-C": ".m .mm",
    "Ruby": ".rb .rake",
    "PHP": ".php",
    "Perl": ".pl .pm",
    "R": ".r .rmd",
    "Julia": ".jl",
    "Haskell": ".hs",
    "OCaml": ".ml .mli",
    "Erlang": ".erl",
    "Elixir": ".ex .exs",
    "Clojure": ".clj .cljs .cljc",
    "Lua": ".lua",
    "Dart": ".dart",
    "Zig": ".zig",
    "SQL": ".sql",
    "Shell": ".sh .bash .zsh .fish",
    "PowerShell": ".ps1 .psm1",
    "HTML": ".html .htm",
    "CSS": ".css .scss .sass .less",
    "Vue": ".vue",
    "Svelte": ".svelte",
    "TeX": ".tex .bib",
    "Markdown": ".md .markdown .rst",
    "Terraform": ".tf",
    "Verilog": ".v .sv",
    "VHDL": ".vhd .vhdl",
    "Fortran": ".f .f90 .f95",
    "Assembly": ".asm .s",
}
LANGUAGES: Mapping[str, str] = {
    ending: language for language, endings in _ENDINGS.items() for ending in endings.split()
}
"""An ending, in lower case with its dot, and the language."""

NAMES: Mapping[str, str] = {
    "makefile": "Make",
    "gnumakefile": "Make",
    "dockerfile": "Docker",
    "rakefile": "Ruby",
    "gemfile": "Ruby",
    "cmakelists.txt": "CMake",
}
"""Files that say it by their whole name."""
