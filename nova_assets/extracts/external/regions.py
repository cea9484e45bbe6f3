"""The regions that weather is read for: the one place that says where they are."""

from __future__ import annotations

from dataclasses import dataclass

NATIONAL = "BR"


@dataclass(frozen=True)
class Region:
    """A city whose weather stands for its surroundings.

    `latitude` and `longitude` are decimal degrees; `station` is the WMO code of INMET's automatic station there.
    """

    region: str
    latitude: float
    longitude: float
    station: str


REGIONS = (
    Region("Salvador-BA", -12.9714, -38.5014, "A401"),
    Region("Recife-PE", -8.0476, -34.8770, "A301"),
    Region("Fortaleza-CE", -3.7172, -38.5433, "A305"),
)
