"""Is a crate valid? `python -m tools.crate_validity crate.zip ...` asks roc-validator, without a network.

A crate is checked as RO-Crate 1.2 and as Process Run Crate 0.5, all that is required and all that is
recommended. The validator would fetch the JSON-LD context of RO-Crate 1.2: `ro_crate_1_2_context.json` beside
this file is that context (CC0), and it is put into the validator's cache. The validator asks for an older
version of rich than the command does, so it has an environment of its own: `make validate CRATE=crate.zip`.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

CONTEXT = "https://w3id.org/ro/crate/1.2/context"
CONTEXT_FILE = Path(__file__).with_name("ro_crate_1_2_context.json")
PROFILES = ("ro-crate-1.2", "process-run-crate-0.5")


def findings(crate: Path, profile: str, severity: str, cache: Path) -> list[str]:
    """What a profile finds wrong with a crate, in words."""
    from rocrate_validator import models, services

    settings = services.ValidationSettings(
        rocrate_uri=str(crate),
        profile_identifier=profile,
        requirement_severity=models.Severity[severity],
        enable_profile_inheritance=profile == PROFILES[0],
        offline=True,
        cache_path=str(cache),
    )
    found = services.validate(settings).get_issues(models.Severity[severity])
    return [f"{one.check.identifier}: {one.message} ({one.violatingEntity or ''})" for one in found]


def fill_cache(cache: Path) -> None:
    """Put the context into the cache from which the validator is served."""
    from requests_cache import CachedRequest, CachedResponse, CachedSession

    with CachedSession(cache_name=str(cache), backend="sqlite", expire_after=-1) as session:
        kind = {"Content-Type": "application/ld+json"}
        request = CachedRequest(method="GET", url=CONTEXT)
        content = CONTEXT_FILE.read_bytes()
        response = CachedResponse(
            url=CONTEXT, content=content, headers=kind, request=request, status_code=200
        )
        session.cache.save_response(response)


def main(words: Sequence[str] | None = None) -> int:
    """Print what is wrong with each crate; 1 if something that is required or recommended is."""
    parser = argparse.ArgumentParser(prog="python -m tools.crate_validity")
    parser.add_argument("crates", nargs="+", type=Path)
    parser.add_argument("--required", action="store_true", help="only what is required")
    asked = parser.parse_args(words)
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="warrantsim-") as scratch:
        cache = Path(scratch) / "cache"
        fill_cache(cache)
        for crate in asked.crates:
            for profile in PROFILES:
                severity = "REQUIRED" if asked.required else "RECOMMENDED"
                found = findings(crate, profile, severity, cache)
                print(f"{crate}: {profile}: {'valid' if not found else f'{len(found)} findings'}")
                print("".join(f"  {one}\n" for one in found), end="")
                wrong += len(found)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
