"""./run bench [NAME …] [--quick] [--json] [--profile]"""

from __future__ import annotations

import argparse
import json
import sys

from tests.bench import alarms, delta, faults, fuzz, ingest, pages, queries, sandbox
from tests.bench.measure import machine

BENCHMARKS = {
    "ingest": ingest.run,
    "alarms": alarms.run,
    "delta": delta.run,
    "queries": queries.run,
    "pages": pages.run,
    "faults": faults.run,
    "sandbox": sandbox.run,
    "fuzz": fuzz.run,
}


def main() -> int:
    """Run the named benchmarks (all without a name); 1 where a ratio or a result is not what it must be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], metavar="NAME", help=" ".join(BENCHMARKS))
    parser.add_argument("--quick", action="store_true", help="a tenth of the size, one round")
    parser.add_argument("--json", action="store_true", dest="as_json")
    parser.add_argument("--profile", action="store_true", help="where a run of every page spends its time (pages only)")
    options = parser.parse_args()
    if options.profile:
        results = {"pages": pages.profile(quick=options.quick)}
    else:
        results = {name: BENCHMARKS[name](quick=options.quick) for name in options.names or BENCHMARKS}
    if options.as_json:
        print(json.dumps({"machine": machine(), **results}, ensure_ascii=False, indent=1))
    else:
        print(machine())
        for name, result in results.items():
            print(f"\n{name}\n" + "\n".join(result["lines"]))
    return 1 if any(result["failures"] for result in results.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
