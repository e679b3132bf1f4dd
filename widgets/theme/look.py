"""Colors, fonts, icons and measures of the whole window, in the dark and the light theme.

theme() -> Theme                the one instance
    .apply(app)                 style, palette, font and stylesheet; follows the system's color scheme
    .set_mode("system" | "dark" | "light"), .mode, .palette, .is_dark
    .set_scale(1.0 ... 1.5), .scale           text size; measures grow with it through px()
    .set_contrast(bool), .contrast            all lines at a ratio of 3; follows the system too
    .changed                    after any of these: repaint, and set fixed heights and icons again
color(token) -> QColor          a token ("text1", "accent"), a family ("Convolution") or "#RRGGBB"; do not alter
tint(token, alpha) -> QColor    the same, see-through (tiles: 0.17 dark, 0.12 light: tile_tint(family))
font(size, weight=400, mono=False) -> QFont   scaled with the text; sizes 11 12 13 15 20 28, weights 400 500 600
px(measure) -> int              a measure of the design at the present text size
icon(name, color="text2", size=16) -> QIcon;  pixmap(name, color, size=16, ratio=1.0) -> QPixmap
FAMILY_ICONS                    family name -> icon name
RESOURCES                       the resources folder
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QApplication

from widgets.theme.fonts import make_font
from widgets.theme.icons import FAMILY_ICONS, render
from widgets.theme.stylesheet import build
from widgets.theme.tokens import DARK, LIGHT, Palette, high_contrast

__all__ = [
    "FAMILY_ICONS",
    "RESOURCES",
    "Mode",
    "Palette",
    "Theme",
    "color",
    "font",
    "icon",
    "pixmap",
    "px",
    "theme",
    "tile_tint",
    "tint",
]

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
Mode = Literal["system", "dark", "light"]
SMALLEST_SCALE, LARGEST_SCALE = 1.0, 1.5
DISABLED = 0.4
"""How much of an icon is left on a button that cannot be pressed."""


class Theme(QObject):
    """What every widget looks like. `changed` follows a new mode, a new text size or a new scheme of the system."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.mode: Mode = "system"
        self.scale = 1.0
        self.contrast = False
        self.palette: Palette = DARK
        self._application: QApplication | None = None
        self._colors: dict[str, QColor] = {}

    @property
    def is_dark(self) -> bool:
        """Whether light text stands on dark surfaces now."""
        return self.palette.name == "dark"

    def apply(self, application: QApplication) -> None:
        """Dress `application` and keep it dressed; calling it again is harmless."""
        if self._application is None:
            hints = QGuiApplication.styleHints()
            hints.colorSchemeChanged.connect(self._follow_system)
            hints.accessibility().contrastPreferenceChanged.connect(self._follow_contrast)
            self.contrast = hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast
            application.setStyle("Fusion")
        self._application = application
        self._refresh()

    def set_mode(self, mode: Mode) -> None:
        """Follow the system, or stay dark or light."""
        if mode != self.mode:
            self.mode = mode
            self._refresh()

    def set_scale(self, scale: float) -> None:
        """Set the text size, 1.0 to 1.5; what lies outside is brought inside."""
        scale = min(max(scale, SMALLEST_SCALE), LARGEST_SCALE)
        if scale != self.scale:
            self.scale = scale
            self._refresh()

    def set_contrast(self, high: bool) -> None:
        """Raise every line to a ratio of 3."""
        if high != self.contrast:
            self.contrast = high
            self._refresh()

    def color(self, token: str) -> QColor:
        """The color of a token, a family or a `#RRGGBB`; raises KeyError for a name that is none of these."""
        found = self._colors.get(token)
        if found is None:
            found = self._colors[token] = QColor(self._hex(token))
        return found

    @contextmanager
    def lend(self, palette: Palette) -> Iterator[None]:
        """Draw a picture with a palette and at the plain text size; nobody is told, and all is as before afterwards."""
        kept = self.palette, self.scale, self._colors
        self.palette, self.scale, self._colors = palette, SMALLEST_SCALE, {}
        try:
            yield
        finally:
            self.palette, self.scale, self._colors = kept

    def _hex(self, token: str) -> str:
        if token.startswith("#"):
            return token
        value = self.palette.families.get(token) or vars(self.palette).get(token)
        if not isinstance(value, str):
            raise KeyError(f"The palette has no color named {token!r}.")
        return value

    def _follow_system(self) -> None:
        if self.mode == "system":
            self._refresh()

    def _follow_contrast(self, preference: Qt.ContrastPreference) -> None:
        self.set_contrast(preference == Qt.ContrastPreference.HighContrast)

    def _chosen(self) -> Palette:
        if self.mode == "system":
            light = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Light
        else:
            light = self.mode == "light"
        palette = LIGHT if light else DARK
        return high_contrast(palette) if self.contrast else palette

    def _refresh(self) -> None:
        self.palette = self._chosen()
        self._colors.clear()
        if self._application is not None:
            # Qt takes several times as long to go from one style sheet to another as to drop one and take the next.
            self._application.setStyleSheet("")
            self._application.setPalette(_qt_palette(self))
            self._application.setFont(font(13))
            main = self.color("main_button")
            self._application.setStyleSheet(build(self.palette, px, main.lighter(112).name()))
        self.changed.emit()


def _qt_palette(theme: Theme) -> QPalette:
    roles = {
        QPalette.ColorRole.Window: "panel",
        QPalette.ColorRole.WindowText: "text1",
        QPalette.ColorRole.Base: "field",
        QPalette.ColorRole.AlternateBase: "panel",
        QPalette.ColorRole.Text: "text1",
        QPalette.ColorRole.PlaceholderText: "text3",
        QPalette.ColorRole.Button: "raised",
        QPalette.ColorRole.ButtonText: "text1",
        QPalette.ColorRole.ToolTipBase: "raised",
        QPalette.ColorRole.ToolTipText: "text1",
        QPalette.ColorRole.Highlight: "main_button",
        QPalette.ColorRole.Link: "accent",
        QPalette.ColorRole.Accent: "accent",
        QPalette.ColorRole.Mid: "control_line",
    }
    palette = QPalette()
    for role, token in roles.items():
        palette.setColor(role, theme.color(token))
    palette.setColor(QPalette.ColorRole.HighlightedText, QColor("#FFFFFF"))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, theme.color("text3"))
    return palette


_theme = Theme()


def theme() -> Theme:
    """The one theme of the process."""
    return _theme


def color(token: str) -> QColor:
    """The present color of a token, a family name or a `#RRGGBB`. Shared: make a copy before altering it."""
    return _theme.color(token)


def tint(token: str, alpha: float) -> QColor:
    """`color(token)` at opacity `alpha`, 0 to 1."""
    see_through = QColor(_theme.color(token))
    see_through.setAlphaF(alpha)
    return see_through


def tile_tint(family: str) -> QColor:
    """The fill behind a family's icon."""
    return tint(family, 0.17 if _theme.is_dark else 0.12)


def px(measure: int) -> int:
    """A measure of the design, in logical pixels, at the present text size."""
    return round(measure * _theme.scale)


def font(size: int, weight: int = 400, mono: bool = False) -> QFont:
    """A bundled font at `size` design pixels; it grows with the text size. Needs a QApplication."""
    return make_font(px(size), weight, mono)


def pixmap(name: str, color: str = "text2", size: int = 16, ratio: float = 1.0) -> QPixmap:
    """Icon `name` in the color of a token, `size` logical pixels wide, for a screen of pixel ratio `ratio`."""
    drawn = f"{name}_l" if name == "err" and not _theme.is_dark else name
    return render(drawn, _theme.color(color).name(), size, ratio)


def icon(name: str, color: str = "text2", size: int = 16) -> QIcon:
    """Icon `name` for buttons and menus, sharp on plain and dense screens. Make it anew when the theme changes."""
    result = QIcon()
    for ratio in (1.0, 2.0):
        drawn = pixmap(name, color, size, ratio)
        result.addPixmap(drawn)
        result.addPixmap(_faded(drawn), QIcon.Mode.Disabled)
    return result


def _faded(drawn: QPixmap) -> QPixmap:
    """What a disabled button shows."""
    faded = QPixmap(drawn.size())
    faded.setDevicePixelRatio(drawn.devicePixelRatio())
    faded.fill(Qt.GlobalColor.transparent)
    painter = QPainter(faded)
    painter.setOpacity(DISABLED)
    painter.drawPixmap(0, 0, drawn)
    painter.end()
    return faded
