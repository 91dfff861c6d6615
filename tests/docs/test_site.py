"""The check that the site needs no network."""

import importlib.util
from pathlib import Path

import pytest

spec = importlib.util.spec_from_file_location(
    "docs_conf", Path(__file__).resolve().parents[2] / "docs/conf.py"
)
assert spec is not None and spec.loader is not None
conf = importlib.util.module_from_spec(spec)
spec.loader.exec_module(conf)


@pytest.mark.parametrize(
    "asset",
    [
        '<script async src="https://cdn.example/x.js"></script>',
        "<img alt='' src='http://host.example/x.png'>",
        '<link rel="stylesheet" href="//fonts.example/css">',
        '<link href="https://fonts.example" rel="preconnect">',
    ],
)
def test_an_asset_of_another_host_is_found(asset: str, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(f"<p>{asset}</p>", encoding="utf-8")
    assert len(conf.external_assets(tmp_path)) == 1


def test_a_style_that_imports_from_another_host_is_found(tmp_path: Path) -> None:
    (tmp_path / "style.css").write_text("@import 'https://fonts.example/css';", encoding="utf-8")
    assert len(conf.external_assets(tmp_path)) == 1


def test_assets_of_the_site_and_links_to_other_sites_are_no_matter(tmp_path: Path) -> None:
    assets = '<script src="_static/x.js"></script><link rel="stylesheet" href="x.css">'
    page = f'{assets}<a href="https://x.example">x</a>'
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    assert conf.external_assets(tmp_path) == []
