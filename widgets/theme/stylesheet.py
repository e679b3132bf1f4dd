"""The one stylesheet, made from the color tokens: everything Qt draws itself looks like the controls we draw."""

from __future__ import annotations

from collections.abc import Callable

from widgets.theme.tokens import Palette

MENU_RADIUS, TIP_RADIUS = 8, 6

_BASE = """
QToolTip { background: $raised; color: $text1; border: 1px solid $card_line; border-radius: 6px; padding: 4px 6px; }
QPushButton {
  background: $raised; color: $text1; border: 1px solid $control_line; border-radius: 7px;
  padding: 0 12px; outline: none;
}
QPushButton:hover { background: $hover; }
QPushButton:pressed, QPushButton:checked { background: $active; }
QPushButton:focus { border: 2px solid $accent; padding: 0 11px; }
QPushButton:disabled { color: $text3; background: $panel; }
QPushButton[role="main"] { background: $main_button; color: #FFFFFF; border: none; }
QPushButton[role="main"]:hover, QPushButton[role="main"]:pressed { background: $main_hover; }
QPushButton[role="main"]:focus { border: 2px solid $text1; }
QPushButton[role="soft"] { background: $accent_soft; color: $accent; border: none; }
QPushButton[role="soft"]:hover, QPushButton[role="soft"]:pressed { background: $hover; }
QPushButton[role="soft"]:focus { border: 2px solid $accent; }
QPushButton[role="main"]:disabled { background: $active; color: $text3; }
QPushButton[role="danger"] { background: transparent; color: $error_text; border: 1px solid $error_line; }
QPushButton[role="danger"]:hover, QPushButton[role="danger"]:pressed { background: $error_soft; }
QPushButton[role="danger"]:focus { border: 2px solid $accent; }
QPushButton[role="quiet"] { background: transparent; color: $accent; border: 2px solid transparent; padding: 0 6px; }
QPushButton[role="quiet"]:hover, QPushButton[role="quiet"]:pressed { background: $hover; }
QPushButton[role="quiet"]:focus { border-color: $accent; }
QPushButton[role="text"] { background: transparent; color: $text2; border: 2px solid transparent; padding: 0 6px; }
QPushButton[role="text"]:hover, QPushButton[role="text"]:pressed { background: $hover; color: $text1; }
QPushButton[role="text"]:focus { border-color: $accent; }
QPushButton[mouse="true"]:focus { border: 1px solid $control_line; padding: 0 12px; }
QPushButton[mouse="true"][role="main"]:focus, QPushButton[mouse="true"][role="soft"]:focus { border: none; }
QPushButton[mouse="true"][role="danger"]:focus { border: 1px solid $error_line; }
QPushButton[mouse="true"][role="quiet"]:focus, QPushButton[mouse="true"][role="text"]:focus,
QToolButton[mouse="true"]:focus { border: 2px solid transparent; padding: 0 6px; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QDialogButtonBox QPushButton, QFileDialog QPushButton { min-height: $button_height; min-width: $button_width; }
QMessageBox QLabel, QInputDialog QLabel { padding: 2px 6px; }
QInputDialog QLineEdit, QFileDialog QLineEdit, QFileDialog QComboBox { min-height: $button_height; }
QToolButton { background: transparent; color: $text2; border: 2px solid transparent; border-radius: 6px; }
QToolButton:hover { background: $hover; }
QToolButton:pressed, QToolButton:checked { background: $active; }
QToolButton:focus { border-color: $accent; }
QToolButton::menu-indicator { image: none; }
"""

_FIELDS = """
QLineEdit, QComboBox, QPlainTextEdit, QTextEdit, QAbstractSpinBox {
  background: $field; color: $text1; border: 1px solid $control_line; border-radius: 6px;
  selection-background-color: $main_button; selection-color: #FFFFFF;
}
QLineEdit, QAbstractSpinBox { padding: 0 8px; }
QComboBox { padding: 0 24px 0 9px; }
QLineEdit:hover, QComboBox:hover { border-color: $text3; }
QLineEdit:focus, QAbstractSpinBox:focus { border: 2px solid $accent; padding: 0 7px; }
QComboBox:focus { border: 2px solid $accent; padding: 0 23px 0 8px; }
QComboBox[mouse="true"]:focus { border: 1px solid $control_line; padding: 0 24px 0 9px; }
QPlainTextEdit:focus, QTextEdit:focus { border: 2px solid $accent; }
QLineEdit:disabled, QComboBox:disabled { color: $text3; background: $panel; }
QLineEdit[invalid="true"], QComboBox[invalid="true"] { border: 2px solid $error_line; padding: 0 7px; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox::down-arrow { image: none; }
QComboBox QAbstractItemView, QListView[radius="8"] { background: $raised; color: $text1;
  border: 1px solid $card_line; border-radius: 8px; outline: none;
  selection-background-color: $accent_soft; selection-color: $text1; padding: 4px; }
QComboBox QAbstractItemView::item, QListView[radius="8"]::item { min-height: $item_height; padding: 0 6px;
  border-radius: 5px; }
"""

_VIEWS = """
QMenu { background: $raised; color: $text1; border: 1px solid $card_line; padding: 5px; }
QMenu[radius="8"] { border-radius: 8px; }
QMenu::item { padding: 5px 22px 5px 10px; border-radius: 5px; }
QMenu::item:selected { background: $accent_soft; }
QMenu::item:disabled { color: $text3; }
QMenu::separator { height: 1px; background: $separator; margin: 5px 4px; }
QMenu::icon { padding-left: 8px; }
QAbstractItemView { background: $panel; color: $text1; border: none; outline: none; alternate-background-color: $panel;
  selection-background-color: $accent_soft; selection-color: $text1; gridline-color: $separator; }
QHeaderView { background: $panel; border: none; }
QHeaderView::section { background: $panel; color: $text2; border: none; border-bottom: 1px solid $separator;
  padding: 0 8px; }
QTableCornerButton::section { background: $panel; border: none; }
QScrollArea { background: transparent; border: none; }
QScrollArea > QWidget > QWidget { background: transparent; }
QScrollBar { background: transparent; border: none; }
QScrollBar:vertical { width: 10px; }
QScrollBar:horizontal { height: 10px; }
QScrollBar::handle { background: $control_line; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 24px; }
QScrollBar::handle:horizontal { min-width: 24px; }
QScrollBar::handle:disabled { background: transparent; }
QScrollBar::handle:hover { background: $text3; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QSplitter::handle { background: $separator; }
QSplitter::handle:hover { background: $accent; }
"""


def build(palette: Palette, px: Callable[[int], int], main_hover: str) -> str:
    """The stylesheet for `palette`; `px` scales measures with the text, `main_hover` is the pressed main button."""
    tokens = {name: value for name, value in vars(palette).items() if isinstance(value, str)}
    tokens |= {"main_hover": main_hover, "item_height": f"{px(26)}px"}
    tokens |= {"button_height": f"{px(28)}px", "button_width": f"{px(64)}px"}
    sheet = _BASE + _FIELDS + _VIEWS
    for name in sorted(tokens, key=len, reverse=True):  # $text1 before $text, $accent_soft before $accent
        sheet = sheet.replace(f"${name}", tokens[name])
    return sheet
