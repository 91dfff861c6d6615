"""Countries with an outline on the world map, and the positions of dots for the others."""

import json
from functools import cache
from pathlib import Path
from typing import Any

ASSETS = Path(__file__).parent.parent / "assets"

# Countries and territories without an outline at 1:110 million: longitude and latitude of a dot.
DOTS: dict[str, tuple[float, float]] = {
    "ABW": (-70.0, 12.5), "AIA": (-63.1, 18.2), "ALA": (20.0, 60.2), "AND": (1.6, 42.5),
    "ASM": (-170.7, -14.3), "ATG": (-61.8, 17.1), "BES": (-68.3, 12.2), "BHR": (50.6, 26.1),
    "BLM": (-62.8, 17.9), "BMU": (-64.8, 32.3), "BRB": (-59.6, 13.2), "BVT": (3.4, -54.4),
    "CCK": (96.8, -12.2), "COK": (-159.8, -21.2), "COM": (43.3, -11.7), "CPV": (-23.6, 15.1),
    "CUW": (-69.0, 12.2), "CXR": (105.7, -10.5), "CYM": (-81.3, 19.3), "DMA": (-61.4, 15.4),
    "FRO": (-6.9, 62.0), "FSM": (158.2, 6.9), "GGY": (-2.6, 49.5), "GIB": (-5.4, 36.1),
    "GLP": (-61.6, 16.2), "GRD": (-61.7, 12.1), "GUF": (-53.1, 4.0), "GUM": (144.8, 13.4),
    "HKG": (114.2, 22.3), "HMD": (73.5, -53.1), "IMN": (-4.5, 54.2), "IOT": (72.4, -7.3),
    "JEY": (-2.1, 49.2), "KIR": (173.0, 1.4), "KNA": (-62.7, 17.3), "LCA": (-61.0, 13.9),
    "LIE": (9.5, 47.2), "MAC": (113.5, 22.2), "MAF": (-63.1, 18.1), "MCO": (7.4, 43.7),
    "MDV": (73.5, 4.2), "MHL": (171.2, 7.1), "MLT": (14.4, 35.9), "MNP": (145.7, 15.2),
    "MSR": (-62.2, 16.7), "MTQ": (-61.0, 14.7), "MUS": (57.6, -20.3), "MYT": (45.2, -12.8),
    "NFK": (168.0, -29.0), "NIU": (-169.9, -19.1), "NRU": (166.9, -0.5), "PCN": (-130.1, -25.1),
    "PLW": (134.5, 7.4), "PYF": (-149.4, -17.7), "REU": (55.5, -21.1), "SGP": (103.8, 1.4),
    "SGS": (-36.8, -54.3), "SHN": (-5.7, -15.9), "SJM": (20.0, 78.6), "SMR": (12.5, 43.9),
    "SPM": (-56.3, 46.9), "STP": (6.6, 0.2), "SXM": (-63.1, 18.0), "SYC": (55.5, -4.7),
    "TCA": (-71.8, 21.8), "TKL": (-171.8, -9.2), "TON": (-175.2, -21.2), "TUV": (179.2, -8.5),
    "UMI": (-176.5, 0.8), "VAT": (12.5, 41.9), "VCT": (-61.2, 13.3), "VGB": (-64.6, 18.4),
    "VIR": (-64.8, 18.3), "WLF": (-176.2, -13.3), "WSM": (-172.1, -13.8), "XKX": (20.9, 42.6),
}  # fmt: skip


@cache
def world_topojson() -> dict[str, Any]:
    """The outlines in the format of plotly.js."""
    outlines: dict[str, Any] = json.loads((ASSETS / "world_110m.json").read_text(encoding="utf-8"))
    return outlines


@cache
def outlined() -> frozenset[str]:
    """ISO 3166 alpha-3 codes of the countries with an outline."""
    return frozenset(
        str(country["id"])
        for country in world_topojson()["objects"]["countries"]["geometries"]
        if country.get("id")
    )


def members(jurisdictions: dict[str, dict[str, Any]]) -> list[tuple[str, str]]:
    """(jurisdiction, alpha-3 code) of every country that the jurisdictions are made of.

    Raises ValueError for a code the map cannot place: plotly.js would leave it out without a word.
    """
    pairs = [(code, str(iso3)) for code, facts in jurisdictions.items() for iso3 in facts.get("iso3", [])]
    unknown = sorted(
        {f"{iso3} (of {code})" for code, iso3 in pairs if iso3 not in outlined() and iso3 not in DOTS}
    )
    if unknown:
        raise ValueError(f"no place on the world map for the ISO 3166 alpha-3 codes {', '.join(unknown)}")
    return pairs
