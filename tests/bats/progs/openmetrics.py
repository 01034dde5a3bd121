#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""openmetrics.py FILE - fail unless the text is OpenMetrics, and Prometheus' older format as well"""

import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families as strict
from prometheus_client.parser import text_string_to_metric_families as older

with open(sys.argv[1], encoding="utf-8") as f:
    text = f.read()
families = list(strict(text))
assert families, "no families"
seen = set()
for family in families:
    assert family.documentation, family.name
    for sample in family.samples:
        key = (sample.name, tuple(sorted(sample.labels.items())))
        assert key not in seen, f"twice: {key}"
        seen.add(key)
list(older(text))
for line in text.splitlines():
    if line.startswith("# TYPE "):
        # the textfile collector knows no other types
        assert line.split()[3] in ("counter", "gauge"), line
