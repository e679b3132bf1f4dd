"""How the canvas is painted: cards, wires and what lies behind them."""
