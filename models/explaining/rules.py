"""All rules of layers: who asks here has read the files that tell them."""

from models.explaining import functions, layers, losses
from models.explaining.rule import Line, Rule, rule_of

__all__ = ["Line", "Rule", "functions", "layers", "losses", "rule_of"]
