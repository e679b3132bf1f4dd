"""Measures of the canvas, in logical pixels at 100 %, and the zoom levels at which cards lose detail."""

from __future__ import annotations

CARD_WIDTH = 296.0
FULL_HEIGHT = 54.0
SLIM_HEIGHT = 32.0
STRIP_HEIGHT = 30.0
GAP = 18.0
COLUMN_GAP = 110.0

FULL_RADIUS = 10.0
SLIM_RADIUS = 9.0
TILE_RADIUS = 8.0
CHIP_RADIUS = 5.0

PORT_STEP = 64.0
PORT_WIRED = 3.5
PORT_FREE = 4.5
PORT_HOVER = 6.0
PORT_HIT = 24.0

WIRE_WIDTH = 2.0
WIRE_RADIUS = 10.0
WIRE_HIT = 12.0
NEAR_WIRE = 5.0
"""Pixels of the screen that a wire is at least found from."""
LANE = 22.0
LANE_STEP, LEVEL_STEP = 12.0, 8.0
"""How far apart lanes and level stretches of wires lie where there is room."""
STUB = 9.0
"""How far below its source a skip turns, and how far above its target: the middle of the gap between cards."""

SNAP = 8.0
DOTS = 24.0
"""Distance between the dots of the grid: a multiple of `SNAP`."""

SMALLEST_ZOOM, LARGEST_ZOOM = 0.02, 3.0
ALL_DETAIL = 0.7
BLOCKS_BELOW = 0.4
BARS_BELOW = 0.2
DOTS_FROM = 0.5
