#!/usr/bin/env python3
"""Adds up the JUnit files of a test run and closes with one line: N passed, N failed, N skipped, N known to fail."""

import argparse
import pathlib
import sys
import xml.etree.ElementTree


def verdict(case):
    """(what became of a test, why)"""
    for kind in ("failure", "error"):
        if (node := case.find(kind)) is not None:
            return "failed", node.get("message") or ""
    if (node := case.find("skipped")) is not None:
        if node.get("type") == "pytest.xfail":
            return "known to fail", node.get("message") or ""
        # ctest has the reason in the output, pytest in the message.
        return "skipped", (node.get("message") or "") + " " + (case.findtext("system-out") or "")
    # ctest marks what it could not run by a status of its own.
    if case.get("status") in ("fail", "notrun"):
        return "failed", case.get("status")
    return "passed", ""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=pathlib.Path)
    parser.add_argument("--failed-step", action="append", default=[],
                        help="a step that failed; counted where no test of it did")
    parser.add_argument("--only-skip", metavar="TEXT", action="append", default=[],
                        help="a skip whose reason has none of these texts is a failure")
    args = parser.parse_args()
    counts = {"passed": 0, "failed": 0, "skipped": 0, "known to fail": 0}
    for path in sorted(args.results.glob("*.xml")):
        for case in xml.etree.ElementTree.parse(path).iter("testcase"):
            outcome, why = verdict(case)
            if outcome == "skipped" and args.only_skip and not any(text in why for text in args.only_skip):
                print(f"skipped though ./dev installs what it needs: {case.get('name')}: {why.strip()[-200:]}")
                outcome = "failed"
            if outcome == "known to fail":
                print(f"known to fail: {case.get('name')}: {why.strip()[-200:]}")
            counts[outcome] += 1
    counts["failed"] = max(counts["failed"], len(args.failed_step))
    print(", ".join(f"{number} {outcome}" for outcome, number in counts.items()))
    sys.exit(counts["failed"] > 0 or counts["passed"] == 0)


if __name__ == "__main__":
    main()
