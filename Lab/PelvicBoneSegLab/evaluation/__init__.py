"""Evaluation of a cohort: tables, statistics, reports. Needs the extra `lab`."""
