"""The parts of a package that are not the network: how files are read, and how answers are told."""

from __future__ import annotations

PREDICT = '''"""Answers of {title} to files, as JSON: python -m {package}.predict FILE..."""

import json
import sys
from pathlib import Path

import numpy as np
import torch

from {package}.network import READ, load
from {package}.predictions import Answering, whole
from {package}.reading import read

ABOUT = json.loads(Path(__file__).with_name("about.json").read_text(encoding="utf-8"))
HOW = [
    Answering(item["id"], item["form"], tuple(item["classes"]), tuple(item["places"]))
    for item in ABOUT["outputs"]
]
NETWORK = load()


def answers(values):
    """Examples with all that is given for each, of an array for each input."""
    with torch.no_grad():
        outputs = NETWORK(*(torch.from_numpy(np.ascontiguousarray(item)) for item in values))
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    return [made(*item) for item in zip(outputs, READ, HOW, strict=True)]


def made(output, reading, how):
    """Probabilities of an output, examples x classes x places, or its numbers."""
    found = reading(output).flatten(1) if how.form == "switches" else reading(output)
    if how.form == "switches":
        found = torch.stack([1 - found, found], 1)
    if how.form in ("numbers", "embedding"):
        return found.flatten(1).numpy()
    return found.reshape(len(output), found.shape[1], -1).numpy()


def predict(path):
    """The predictions for the examples in a file, each by its name."""
    names, values, together = read(Path(path), ABOUT)
    found = answers(values)
    if together:  # one answer for all frames of a recording
        names, found = names[:1], [item.mean(0, keepdims=True) for item in found]
    rows = zip(*found, strict=True)
    return {{name: whole(row, HOW) for name, row in zip(names, rows, strict=True)}}


def main():
    """Print the predictions for the files that are named."""
    if len(sys.argv) < 2:
        sys.exit("Name some files: python -m {package}.predict FILE...")
    try:
        found = {{name: item for path in sys.argv[1:] for name, item in predict(path).items()}}
    except (OSError, ValueError) as error:
        sys.exit(f"{{error}}")
    json.dump(found, sys.stdout, indent=1, ensure_ascii=False)
    print()


if __name__ == "__main__":
    main()
'''
READING = '''"""Reads {what} as the training of the network did."""

{imports}


def read(path, about):
    """Names of the examples in a file, an array for each input, and whether they are one."""
    if path.suffix.lower() in (".npy", ".npz"):
        values = arrays(path, about)
        return [f"{{path.name}} {{place + 1}}" for place in range(len(values[0]))], values, False
    return {call}


def arrays(path, about):
    """The arrays of a .npy or .npz file, each with a row an example."""
    inputs = about["inputs"]
    with open(path, "rb") as file:
        loaded = np.load(file)
        plain, alone = isinstance(loaded, np.ndarray), len(inputs) == 1
        if plain and not alone:
            unknown(path, about)
        found = [loaded] if plain else [array_of(loaded, item, alone, path) for item in inputs]
    if all(values.shape == tuple(item["shape"]) for values, item in zip(found, inputs, strict=True)):
        found = [values[None] for values in found]
    found = [laid(values, item, path) for values, item in zip(found, inputs, strict=True)]
    if len(set(map(len, found))) > 1:
        raise ValueError(f"{{path.name}}: expected as many examples for each Input, found {{[*map(len, found)]}}.")
    return found


def array_of(loaded, item, alone, path):
    """The array of an Input: called as the column that it learned from, or as itself; the usual one for one alone."""
    there = loaded.files
    usual = there if len(there) == 1 else ["x"]
    names = [item["column"], item["id"], *(usual if alone else [])]
    name = next((name for name in names if name in there), None)
    if name is None:
        raise ValueError(f"{{path.name}}: expected an array {{names[0] or names[1]}}, found {{', '.join(there)}}.")
    return loaded[name]


def laid(values, item, path):
    """Examples as the Input takes them; one channel may be left out, and channels may come last."""
    shape, example = tuple(item["shape"]), values.shape[1:]
    if example != shape and (1, *example) == shape:
        values = values[:, None]
    elif example != shape and len(example) > 1 and (example[-1], *example[:-1]) == shape:
        values = np.moveaxis(values, -1, 1)
    if values.shape[1:] != shape or not values.ndim:
        raise ValueError(f"{{path.name}}: expected examples of {{shape}} for {{item['id']}}, found {{example}}.")
    return values.astype(np.int64) if item["tokens"] else values


def unknown(path, about):
    """Say which files are read."""
    names = [item["column"] or item["id"] for item in about["inputs"]]
    several = f"a .npz file with an array for each Input ({{', '.join(names)}})"
    expected = several if len(names) > 1 else "a .npy or .npz file"
    tokens = "; token IDs for texts" if any(item["tokens"] for item in about["inputs"]) else ""
    raise ValueError(f"{{path.name}}: expected {{expected}}{{tokens}}.")


{functions}
'''
IMAGES = '''def image(path, about):
    """An image, resized, or those that a table names; values are those that the data had."""
    item = about["inputs"][0]
    if path.suffix.lower() != ".csv":
        return [path.name], [pixels_of(path, item)[None]], False
    with open(path, encoding="utf-8-sig", newline="") as file:
        found = list(csv.DictReader(file))
    return [f"{path.name} row {place + 2}" for place in range(len(found))], [pictures(found, item, path)], False


'''
PIXELS = '''def pixels_of(path, item):
    """An image as the data held images."""
    shape, (low, high) = item["shape"], item["span"]
    pixels = read_image(str(path), (shape[1], shape[2]), "RGB" if shape[0] == 3 else "L")
    if (low, high) != (0.0, 255.0):
        pixels = (low + pixels.astype(np.float32) / 255 * (high - low)).astype(np.float32)
    return pixels


def content(path):
    """What an image is opened from."""
    return path


'''
ROWS = '''GAPS = {gaps}


def rows(path, about):
    """The rows of a CSV file, columns by the names that the network learned."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        found = list(csv.DictReader(file))
    values = []
    for item in about["inputs"]:
        if "columns" not in item:
            values.append(words(found, item, path) if "text" in item else pictures(found, item, path))
            continue
        numbers = [row_of(row, item["columns"], f"{{path.name}} row {{place + 2}}") for place, row in enumerate(found)]
        array = np.array(numbers, dtype=np.float64)
        if item["medians"]:
            array = np.where(np.isnan(array), np.array(item["medians"]), array)
        values.append(array if item["exact"] else array.astype(np.float32))
    return [f"{{path.name}} row {{place + 2}}" for place in range(len(found))], values, False


def row_of(row, columns, name):
    """The numbers of a row; a gap is NaN."""
    numbers = []
    for column in columns:
        if column["name"] not in row:
            raise ValueError(f"{{name}}: expected a column {{column['name']}}.")
        cell = row[column["name"]].strip()
        if column["type"] == "category":
            if (cell or "no value") not in column["parts"]:
                raise ValueError(f"{{name}}: the network never learned {{column['name']}} {{cell}}.")
            numbers += [float(part == (cell or "no value")) for part in column["parts"]]
        elif column["type"] == "date":
            numbers += date_parts("" if cell in GAPS else cell, len(column["parts"]))
{noted}        else:
            numbers.append(float("nan") if cell in GAPS else float(cell))
    return numbers


'''
NOTED = """        elif "mark" in column:
            numbers.append(float("nan") if cell in GAPS else written_number(cell, column["mark"]))
"""
PICTURES = '''def pictures(rows, item, path):
    """The images that a column names, which lie beneath the folder of the table."""
    names = rows[0] if rows else ()
    column = item["column"] if item["column"] in names else next(filter(partial(names_images, rows), names), "")
    if not column:
        raise ValueError(f"{path.name}: expected a column of image files, found none.")
    return np.stack([pixels_of(place_of(path.parent, row[column].strip()), item) for row in rows])


def names_images(rows, column):
    """Whether the cells of a column look like names of images."""
    endings = (".avif", ".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
    return all(row[column].strip().lower().endswith(endings) for row in rows)


def place_of(folder, cell):
    """The image that a cell names: by its path, or as the only one of that name."""
    name = cell.replace("\\\\", "/")
    whole = folder / name
    if whole.resolve().is_relative_to(folder.resolve()) and whole.is_file():
        return whole
    found = [place for place in folder.rglob("*") if name in (place.name, place.stem) and place.is_file()]
    if len(found) != 1:
        raise ValueError(f"{cell}: expected one image of that name beneath the table, found {len(found)}.")
    return found[0]


'''
TEXTS = '''LEVEL, LOWERCASE, AT_START, ENCODING = {settings}


def text(path, about):
    """A file as one text: the IDs of its tokens, 0 for padding and 1 for an unknown one."""
    content, _ = text_of(str(path), ENCODING)
    item = about["inputs"][0]
    told = [item["shape"][0], LEVEL, LOWERCASE, AT_START]
    return [path.name], [ids_of([content], told, item["vocabulary"])], False


'''
IDS = '''def ids_of(texts, told, vocabulary):
    """The IDs of the tokens of each text, 0 for padding and 1 for an unknown one."""
    known = {}
    x, _ = token_rows(texts, *told, known)
    places = {token: place for place, token in reversed(list(enumerate(vocabulary)))}
    numbers = np.array([*(places.get(name_of(token), 1) for token in known), 0], dtype=np.int64)
    return numbers[x]


'''
WRITTEN = (
    '''def words(rows, item, path):
    """The texts in a column as the IDs of their tokens."""
    if not all(item["text"] in row for row in rows):
        raise ValueError(f"{path.name}: expected a column {item['text']}.")
    return ids_of([row[item["text"]].strip() for row in rows], item["told"], item["vocabulary"])


'''
    + IDS
)
RECORDINGS = '''WINDOW, HOP, BINS, LOG, TOP, CONTEXT, TOGETHER = {settings}


def recording(path, about):
    """The frames of a WAV file, each with those around it."""
    frames = mel_frames(str(path), wav_layout(str(path)), WINDOW, HOP, BINS, LOG, TOP)
    table, starts, _, _ = laid_out([frames], CONTEXT)
    values = table[starts[:, None] + np.arange(2 * CONTEXT + 1)]
    names = [path.name if TOGETHER else f"{{path.name}} frame {{place}}" for place in range(len(values))]
    return names, [values], TOGETHER


'''
PROJECT = """[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "{name}"
version = "1.0.0"
description = {description}
requires-python = ">=3.11"
dependencies = ["torch>=2.6", "numpy>=1.26", "safetensors>=0.4"{more}]

[tool.hatch.build.targets.wheel]
packages = ["{package}"]
"""
TESTS = '''"""The network answers as it did in Netloom."""

from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import load_file

from {package}.network import load


def test_it_answers_as_it_did():
    known = load_file(Path(__file__).with_name("examples.safetensors"))
    inputs = [torch.from_numpy(known[f"input.{{place}}"]) for place in range({inputs})]
    with torch.no_grad():
        outputs = load()(*inputs)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    for place, output in enumerate(outputs):
        np.testing.assert_allclose(output.numpy(), known[f"output.{{place}}"], rtol=1e-3, atol=1e-4)
'''
