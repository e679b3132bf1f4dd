"""What exported scripts read recordings with, by where labels are."""

from __future__ import annotations

from collections.abc import Callable

from studio.data.frames.files import as_names, folder_of, label_file, listed_labels, name_part, words_in

AUTO, FOLDER, NAME, LIST, FRAME = "auto", "folder", "file name", "list", "each frame"
PART = '''
def read_part(folder):
    """Windows of frames; targets as class indices."""
    {begun}
    for path in recording_files(folder, "{suffix}"):
        if stem_of(path, FOLDER) in LEFT_OUT:
            continue
        frames = {frames}
        recordings.append(frames)
        {labels}{noted}
    frames, starts, groups, _ = laid_out(recordings, CONTEXT)
    return Windows(frames, starts, groups, 2 * CONTEXT + 1), np.array(y, dtype=np.int64){names}


'''
UNNAMED, NAMED = "recordings, y = [], []", "recordings, y, names = [], [], []"
READ = '''def read_data():
    """The frames of {what} with those around them."""
    return {parts}
'''
LABEL_FUNCTIONS: dict[str, list[Callable[..., object]]] = {
    FOLDER: [folder_of],
    NAME: [name_part],
    LIST: [listed_labels],
    FRAME: [label_file, as_names, words_in],
}
LABELING = {
    FOLDER: "y += [CLASSES.index(folder_of(path))] * len(frames)",
    NAME: "y += [CLASSES.index(name_part(path, {part}))] * len(frames)",
    LIST: (
        "labels = listed_labels(LABEL_LIST)\n"
        "        stem = stem_of(path, FOLDER)\n"
        "        label = labels.get(stem) or labels[os.path.basename(stem)]\n"
        "        y += [CLASSES.index(label)] * len(frames)"
    ),
    FRAME: (
        "file = label_file(path, FOLDER, LABEL_FOLDER)\n"
        '        labels = as_names(np.load(file)) if file.endswith(".npy") else words_in(file)\n'
        "        y += [CLASSES.index(label) for label in labels]"
    ),
}
