"""The measures, each a ratio to something in the same run: a table on the screen and a list in build/bench.json."""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import grading
import learner

ROOT = Path(__file__).parents[2]
MEASURES = [learner.waits, grading.against_stock]


def main() -> None:
    """Take every measure, print the table and write the list."""
    figures = [figure for measure in MEASURES for figure in measure()]
    width = max(len(figure["name"]) for figure in figures)
    print(f"{'measure':<{width}}  {'value':>10}  {'goal':>10}  unit")
    for figure in figures:
        sign = "≥" if figure["better"] == "higher" else "≤"
        goal = f"{sign} {figure['goal']:g}"
        print(f"{figure['name']:<{width}}  {figure['value']:>10.3g}  {goal:>10}  {figure['unit']}")
    out = ROOT / "build" / "bench.json"
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
