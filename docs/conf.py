"""The documentation site: Markdown pages, the notebook and the docstrings, built by Sphinx (`make docs`).

Warnings are errors. The site opens from the disk without a network: `_check_assets` refuses an asset of
another host.
"""

import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from sim.version import __version__  # noqa: E402

project = "warrantsim"
author = "The warrantsim authors"
release = __version__
html_title = f"warrantsim {release}"

extensions = ["sphinx.ext.autodoc", "sphinx.ext.napoleon", "myst_nb"]
root_doc = "index"
exclude_patterns = ["_build"]
source_suffix = {".md": "myst-nb", ".ipynb": "myst-nb"}
suppress_warnings = ["misc.highlighting_failure"]

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
nb_execution_mode = "off"  # the notebook holds its outputs; tests/docs/test_tutorial.py runs it

default_role = "code"  # docstrings write `name`, as Markdown does
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
python_maximum_signature_line_length = 80
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
napoleon_numpy_docstring = False

html_theme = "furo"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False

_ASSET = re.compile(
    r"<(?:script|img|iframe|source|embed|video|audio|object)\b[^>]*?\b(?:src|data)\s*=\s*[\"'](?:https?:)?//[^\"']*"
    r"|<link\b(?=[^>]*\brel\s*=\s*[\"'](?:stylesheet|icon|preload|preconnect|manifest|search)[\"'])"
    r"[^>]*\bhref\s*=\s*[\"'](?:https?:)?//[^\"']*",
    re.IGNORECASE,
)
_CSS_ASSET = re.compile(r"(?:@import\s+|url\(\s*)[\"']?(?:https?:)?//[^\"')]*", re.IGNORECASE)


def external_assets(site: Path) -> list[str]:
    """Scripts, styles, pictures and fonts that a built site takes from another host."""
    return [
        f"{page.relative_to(site)}: {found.group()}"
        for pattern, expression in (("*.html", _ASSET), ("*.css", _CSS_ASSET))
        for page in sorted(site.rglob(pattern))
        for found in expression.finditer(page.read_text(encoding="utf-8"))
    ]


def _check_assets(app: Any, exception: Exception | None) -> None:
    from sphinx.errors import SphinxError

    if exception is None and (found := external_assets(Path(app.outdir))):
        raise SphinxError("the site needs a network:\n" + "\n".join(found))


def _escape_bars(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """A bar in a docstring is an absolute value, not a substitution."""
    lines[:] = [line.replace("|", "\\|") for line in lines]


def setup(app: Any) -> None:
    """Read docstrings as they are meant; check the site when it is built."""
    app.connect("autodoc-process-docstring", _escape_bars)
    app.connect("build-finished", _check_assets)
