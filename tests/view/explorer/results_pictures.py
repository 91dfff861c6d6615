"""`python -m tests.view.explorer.results_pictures RESULTS SWEEP EXPERIMENT OUT`: photographs of the results
pages for the documentation.

RESULTS is a results folder with a finished sweep and an experiment without a design in it; the pictures go to
the folder OUT.
"""

import shutil
import sys
import threading
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from werkzeug.serving import make_server

from sim.view.explorer.app import make_app
from sim.view.explorer.settings import Settings

ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]
WIDTH, HEIGHT, HIGHEST = 1180, 760, 1400
_UNSEEN = 24  # of 255, in any colour of any pixel
_SETTLED = """() => { const body = document.querySelector('#results-body');
    return (!body || body.innerText.length > 40) &&
    [...document.querySelectorAll('.plot')].filter(plot => plot.getBoundingClientRect().top < innerHeight)
        .every(plot => plot.querySelector('.main-svg')); }"""


def take(page: Page, address: str, out: Path) -> None:
    """One page, as high as it is but no higher than is handy."""
    page.set_viewport_size(
        {"width": page.viewport_size["width"] if page.viewport_size else WIDTH, "height": HIGHEST}
    )
    page.goto(address)
    page.wait_for_selector("#page h1")
    page.wait_for_function(_SETTLED)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(700)
    bottom = page.evaluate(
        "Math.max(...[...document.querySelectorAll('#page *')].map(node => "
        "node.getBoundingClientRect().bottom)) + 16"
    )
    width = page.viewport_size["width"] if page.viewport_size else WIDTH
    page.screenshot(path=out, clip={"x": 0, "y": 0, "width": width, "height": min(float(bottom), HIGHEST)})
    shrink(out)


def shrink(picture: Path) -> None:
    """A palette in place of all colours, where nobody would see the difference."""
    from PIL import Image, ImageChops

    whole = Image.open(picture).convert("RGB")
    small = whole.quantize(colors=256, method=Image.Quantize.MEDIANCUT, kmeans=1, dither=Image.Dither.NONE)
    furthest = max(high for _, high in ImageChops.difference(whole, small.convert("RGB")).getextrema())
    (small if furthest <= _UNSEEN else whole).save(picture, optimize=True)


def main() -> None:
    """Serve, photograph, end."""
    results, sweep, experiment, out = Path(sys.argv[1]), sys.argv[2], sys.argv[3], Path(sys.argv[4])
    chromium = shutil.which("chromium")
    assert chromium is not None, "there is no chromium on the PATH"
    app, pages = make_app(Settings(results=results))
    server = make_server("127.0.0.1", 0, app.server, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}/results"
    shots = {
        "list": "",
        "overview": f"/{sweep}",
        "heat": f"/{sweep}?tab=heat&metric=revenue",
        "factors": f"/{sweep}?tab=factors&metric=revenue",
        "points": f"/{sweep}?tab=points&metric=revenue",
        "fans": f"/{sweep}?tab=fans&series=revenue_us_cumulative",
        "claims": f"/{sweep}?tab=verdicts&claim=2",
        "point": f"/{sweep}?tab=one&point=5&part=trust",
        "experiment": f"/{experiment}",
        "map": f"/{experiment}?tab=map",
        "record": f"/{experiment}?tab=record",
    }
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGS)
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        for name, where in shots.items():
            take(page, base + where, out / f"explorer-results-{name}.png")
        phone = browser.new_page(viewport={"width": 420, "height": HEIGHT})
        take(phone, f"{base}/{sweep}?tab=heat&metric=revenue", out / "explorer-results-phone.png")
        browser.close()
    server.shutdown()
    for one in pages:
        one.close()


if __name__ == "__main__":
    main()
