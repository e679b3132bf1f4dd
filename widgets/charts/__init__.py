"""Live charts: series of a million points reduced to what a screen can show, and the card that draws them.

chart    Chart(title, y_format="number"|"percent", x_name="epoch"): what mouse, keys and menu do with a card
card     ChartCard: curve(run_id, series, color_index, name); append(run_id, series, xs, ys); set_live(run_id, bool)
         set_visible(run_id, bool); remove(run_id)
         set_x_range(low, high), set_log(bool), set_smoothing(part), set_title(title, y_format, best)
         set_note(text), set_warning(text), marker(x, text, run_id=None), clear_markers()
         table() -> rows of text, heads first, for a table beside the chart; changed: drawn anew, 30 times a second
         color_index counts through the styles of runs (painting.style); series is "steps" (faint, behind), "training",
         "validation" (wide) or "planned" (dashed, such as a schedule still to come)
plot     what is shown, apart from the widget: ranges, and what is drawn in which order
export   a chart as PNG, SVG, CSV
pyramid  Pyramid: append(xs, ys), envelope(x0, x1, pixels), reduce(x0, x1, pixels)

Import these modules when a chart is first needed, not with the window: they bring numpy.
"""
