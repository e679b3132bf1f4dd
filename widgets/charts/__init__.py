"""Live charts: series of a million points reduced to what a screen can show, and the card that draws them.

chart    Chart(title, y_format="number"|"percent", x_name="epoch")
         curve(run_id, series, color_index, name); append(run_id, series, xs, ys)
         set_visible(run_id, bool); remove(run_id)
         set_x_range(low, high), set_log(bool), set_title(title, y_format), set_note(text)
         marker(x, text, run_id=None), clear_markers()
         table() -> rows of text, heads first, for a table beside the chart; changed: drawn anew, 30 times a second
         zoom(around, factor), show_all(); color_index counts through theme().palette.curves; series is "training",
         "validation" (wide, named at its end) or "planned" (dashed, such as a schedule still to come)
pyramid  Pyramid: append(xs, ys), envelope(x0, x1, pixels), reduce(x0, x1, pixels)

Import these modules when a chart is first needed, not with the window: they bring numpy.
"""
