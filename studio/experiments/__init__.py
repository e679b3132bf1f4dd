"""Experiments: a network trained many times over with settings that vary, from a plan to a verdict. No Qt, no torch."""
