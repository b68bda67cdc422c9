"""The figures behind the incidents of the demo: how often, from whom, how settled, by kind of station."""

from __future__ import annotations

import numpy as np

KIND_ORDER = ("urban", "town", "rural", "pastoral")
# type: weight in urban, town, rural, pastoral stations; growth per year; summer peak; rush before the festival
TYPES: dict[str, tuple[tuple[float, float, float, float], float, float, float]] = {
    "marriage_family": ((13, 15, 16, 16), 0.02, 0.10, 1.1),
    "neighbour": ((14, 15, 17, 9), -0.05, 0.22, 1.0),
    "house_homestead": ((2, 4, 7, 3), -0.02, 0.20, 1.0),
    "contract": ((6, 4, 2, 2), 0.03, 0.05, 1.3),
    "production_business": ((3, 4, 4, 6), 0.0, 0.15, 1.1),
    "damage_compensation": ((7, 7, 7, 7), 0.01, 0.18, 1.0),
    "forest_land": ((0.4, 2, 8, 16), -0.01, 0.40, 0.8),
    "requisition_demolition": ((2, 2, 1.5, 0.6), -0.08, 0.10, 1.0),
    "environment": ((1.5, 1.2, 1, 1), 0.02, 0.30, 1.0),
    "labour": ((7, 6, 3, 3), 0.01, 0.00, 2.4),
    "consumer": ((9, 6, 2, 1.5), 0.05, 0.12, 1.2),
    "medical": ((1.2, 0.8, 0.5, 0.5), 0.0, 0.00, 1.0),
    "traffic_accident": ((10, 11, 9, 9), 0.02, 0.08, 1.1),
    "property_management": ((6, 1.5, 0.4, 0.3), 0.04, 0.15, 1.0),
    "other": ((6, 6, 6, 7), 0.0, 0.12, 1.0),
    "tourism": ((0.8, 0.6, 0.6, 3), 0.06, 0.60, 1.0),
    "e_commerce": ((2, 1.2, 0.6, 0.5), 0.12, 0.00, 1.3),
    "internet_finance": ((1.2, 0.8, 0.5, 0.4), -0.06, 0.00, 1.0),
    "debt": ((4, 5, 5, 6), 0.03, 0.00, 2.0),
    "elder_support": ((1, 1.5, 2.2, 1.4), 0.03, 0.00, 1.3),
    "field_boundary": ((0.4, 1, 6, 3), -0.02, 0.45, 0.8),
    "water_leak": ((4, 1.2, 0.4, 0.3), 0.02, 0.30, 1.0),
    "parent_child": ((1.6, 1.4, 1.2, 1), 0.08, 0.10, 0.8),
    "sale": ((1.5, 1.6, 1.6, 3), 0.0, 0.10, 1.4),
}
NON_POLICE = {
    "contract",
    "labour",
    "consumer",
    "medical",
    "property_management",
    "e_commerce",
    "requisition_demolition",
}
SETTLED_SHARE = {
    "forest_land": 0.90,
    "requisition_demolition": 0.82,
    "debt": 0.91,
    "medical": 0.88,
    "labour": 0.92,
}
SETTLED_OTHERWISE = 0.96
DIFFERENT_FACTOR = 0.86
RISING_GROWTH = 0.55

CHANNELS: tuple[dict[str | None, float], ...] = (
    {"call_110": 66, "walk_in": 11, "found_on_visit": 4, "hotline_12345": 7, "referred_in": 2.5, "online": 3,
     "market_day": 0.4, "grid_report": 3, "police_office": 2, "other": 0.6, "unknown": 0.5},
    {"call_110": 58, "walk_in": 14, "found_on_visit": 7, "hotline_12345": 6, "referred_in": 3, "online": 2,
     "market_day": 1.5, "grid_report": 5, "police_office": 2.5, "other": 0.5, "unknown": 0.5},
    {"call_110": 44, "walk_in": 12, "found_on_visit": 16, "hotline_12345": 3, "referred_in": 4, "online": 1,
     "market_day": 4, "grid_report": 11, "police_office": 4, "other": 0.5, "unknown": 0.5},
    {"call_110": 36, "walk_in": 10, "found_on_visit": 26, "hotline_12345": 2, "referred_in": 4, "online": 1,
     "market_day": 5, "grid_report": 10, "police_office": 5, "other": 0.5, "unknown": 0.5},
)  # fmt: skip
RESPONDERS: tuple[dict[str | None, float], ...] = (
    {
        "police": 84,
        "liaison": 1,
        "village_auxiliary": 3,
        "grid_worker": 5,
        "mediator": 3,
        "other": 0.6,
        "unknown": 1,
    },
    {
        "police": 76,
        "liaison": 2,
        "village_auxiliary": 8,
        "grid_worker": 7,
        "mediator": 4,
        "other": 0.6,
        "unknown": 1,
    },
    {
        "police": 60,
        "liaison": 4,
        "village_auxiliary": 20,
        "grid_worker": 8,
        "mediator": 5,
        "other": 0.6,
        "unknown": 1,
    },
    {
        "police": 54,
        "liaison": 6,
        "village_auxiliary": 24,
        "grid_worker": 8,
        "mediator": 4,
        "other": 0.6,
        "unknown": 1,
    },
)
STAGES: dict[str | None, float] = {
    "phone": 11,
    "before_arrival": 4,
    "scene": 42,
    "station": 19,
    "mediation": 24,
}
STAGES_WITH_PRACTICE: dict[str | None, float] = STAGES | {"before_arrival": 24}
FAILURES: dict[str | None, float] = {
    "mediation_failed": 46, "to_administrative_case": 22, "to_criminal_case": 4, "to_litigation": 28,
}  # fmt: skip
REFERRAL_TARGETS: dict[str | None, float] = {
    "community": 26, "judicial_office": 18, "mediation_centre": 16, "court": 5, "labour_dept": 9,
    "housing_dept": 8,
    "market_regulator": 8, "hotline_12345": 3, "womens_federation": 5, "other": 2,
}  # fmt: skip
RISKS: dict[str | None, float] = {"low": 74, "medium": 14, "high": 4, "ungraded": 8}
PROGRAMMES: dict[str | None, float] = {
    "none": 88,
    "family_programme": 2,
    "one_plus_n": 6,
    "joint_council": 3,
    "other": 1,
}
ARRIVAL_MINUTES = np.array([7.0, 10.0, 24.0, 48.0])
