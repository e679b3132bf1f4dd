"""From a network to numbers: what is known of every layer, kept up to date with each edit."""

from __future__ import annotations

from models.analysis.analysis import Analysis, Given, Totals
from models.analysis.issues import Issue
from models.analysis.reports import ReceptiveField, Report

__all__ = ["Analysis", "Given", "Issue", "ReceptiveField", "Report", "Totals"]
