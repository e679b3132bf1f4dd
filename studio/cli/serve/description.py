"""What a server says of itself: as OpenAPI 3.1 for programs, as a page for people."""

from __future__ import annotations

from typing import Any

PREDICTION = {
    "type": "object",
    "description": "A class with its probability, a value or an embedding; of one that cannot be used the error.",
    "properties": {
        "class": {"description": "The likeliest class; a list where an example has several places."},
        "probability": {"description": "Its probability."},
        "probabilities": {"type": "object", "description": "The probability of each class by its name."},
        "embedding": {"description": "The vector that an embedding is, as a list of numbers."},
        "value": {"description": "The number that is predicted, or a list of them."},
        "outputs": {
            "type": "object",
            "description": "Of several Outputs a prediction by the id of each.",
        },
        "error": {"type": "string", "description": "Why this example cannot be used."},
    },
}
BODIES = ("image/png", "image/jpeg", "text/csv", "text/plain", "audio/wav", "application/octet-stream")


def openapi(about: dict[str, Any], size: int, key: str) -> dict[str, Any]:
    """What there is to ask, as OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.0)."""
    taken = {item["id"]: _example(item) for item in about["inputs"]}
    example = {"type": "object", "properties": taken}
    (first,) = list(taken.values())[:1]
    examples = {"type": "array", "items": first if len(taken) == 1 else example, "minItems": 1}
    values = {"type": "object", "properties": {"examples": examples}, "required": ["examples"]}
    content: dict[str, Any] = {"application/json": {"schema": values}}
    content |= {name: {"schema": {"type": "string", "format": "binary"}} for name in BODIES}
    name = {
        "name": "name", "in": "query", "schema": {"type": "string"},
        "description": "What the file is called: its ending says how it is read.",
    }  # fmt: skip
    listed = {"type": "array", "items": {"$ref": "#/components/schemas/Prediction"}}
    predict = {
        "summary": "Predict",
        "description": f"A file of at most {size >> 20:,} MB, or examples as JSON.",
        "parameters": [name],
        "requestBody": {"required": True, "content": content},
        "responses": {"200": _response("A prediction for each example, in order.", listed), **_refusals()},
    }
    found: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": about["title"], "version": about["run"]},
        "paths": {
            "/predict": {"post": predict},
            "/about": {"get": {"summary": "What it takes and gives", "responses": {"200": _response("Facts.")}}},
            "/health": {"get": {"summary": "Whether it answers", "responses": {"200": _response("It does.")}}},
        },
        "components": {"schemas": {"Prediction": PREDICTION}},
    }
    if key:
        found["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        found["security"] = [{"key": []}]
    return found


def _example(item: dict[str, Any]) -> dict[str, Any]:
    """The schema of what an Input takes: a text, where it knows words, or their IDs."""
    values = _array(item["shape"])
    return {"anyOf": [{"type": "string"}, values]} if item["texts"] else values


def _array(shape: list[int]) -> dict[str, Any]:
    """The schema of nested lists of that shape."""
    schema: dict[str, Any] = {"type": "number"}
    for length in reversed(shape):
        schema = {"type": "array", "items": schema, "minItems": length, "maxItems": length}
    return schema


def _response(text: str, schema: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"description": text, "content": {"application/json": {"schema": schema or {"type": "object"}}}}


def _refusals() -> dict[str, Any]:
    """The statuses with which a question is refused."""
    said = {
        "400": "What was sent cannot be used; the error says why.", "401": "The key is missing or another.",
        "413": "More was sent than is taken at once.", "415": "Files of this kind are not taken.",
        "503": "Too many are asking; ask again in a moment.",
    }  # fmt: skip
    error = {"type": "object", "properties": {"error": {"type": "string"}}, "required": ["error"]}
    return {status: _response(text, error) for status, text in said.items()}


PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Netloom</title>
<style>
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 720px; margin: 40px auto; padding: 0 20px; }
#drop { border: 2px dashed #8888; border-radius: 12px; padding: 36px; text-align: center; }
#drop.over { border-color: #3f7de0; }
table { border-collapse: collapse; width: 100%; margin-top: 20px; }
td, th { text-align: left; padding: 6px 10px; border-bottom: 1px solid #8884; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.error { color: #c33; }
input[type=password] { width: 100%; padding: 8px; margin: 12px 0; box-sizing: border-box; }
</style>
<h1 id="title">Netloom</h1>
<p id="about"></p>
<input id="key" type="password" placeholder="Key, if one is needed" aria-label="Key">
<label id="drop">Drop a file here, or choose one:
<input id="file" type="file"></label>
<p><a href="openapi.json">OpenAPI</a></p>
<div id="answers" aria-live="polite"></div>
<script>
const by = id => document.getElementById(id);
const cell = (text, kind) => {
  const made = document.createElement("td");
  made.textContent = typeof text === "number" ? (Number.isInteger(text) ? text : text.toPrecision(4))
    : Array.isArray(text) ? text.join(" ") : text;
  made.className = kind || "";
  return made;
};
const show = (rows, kind) => {
  const table = document.createElement("table");
  for (const row of rows.slice(0, 1000)) {
    const line = table.insertRow();
    row.forEach(item => line.append(cell(item, kind || (typeof item === "number" ? "number" : ""))));
  }
  by("answers").replaceChildren(table);
};
const row = (answer, place) => answer.error !== undefined ? [place + 1, answer.error]
  : answer.outputs ? [place + 1, ...Object.values(answer.outputs).flatMap(item => row(item, 0).slice(1))]
  : answer.class !== undefined ? [place + 1, answer.class, answer.probability]
  : [place + 1, answer.value ?? answer.embedding];
const headers = () => by("key").value ? {Authorization: "Bearer " + by("key").value} : {};
const about = async () => {
  const response = await fetch("about", {headers: headers()});
  if (!response.ok) return;
  const found = await response.json();
  document.title = by("title").textContent = found.title;
  by("about").textContent = found.inputs.map(item => item.id + " takes " + item.shape.join("\\u00d7")).join(", ");
};
const send = async file => {
  show([["Asking…"]]);
  try {
    const response = await fetch("predict?name=" + encodeURIComponent(file.name),
      {method: "POST", body: file, headers: headers()});
    const found = await response.json();
    response.ok ? show(found.map(row)) : show([[found.error]], "error");
  } catch (error) { show([["The server does not answer."]], "error"); }
};
by("file").onchange = event => event.target.files.length && send(event.target.files[0]);
by("drop").ondragover = event => { event.preventDefault(); by("drop").classList.add("over"); };
by("drop").ondragleave = () => by("drop").classList.remove("over");
by("drop").ondrop = event => {
  event.preventDefault();
  by("drop").classList.remove("over");
  if (event.dataTransfer.files.length) send(event.dataTransfer.files[0]);
};
by("key").onchange = about;
about();
</script>
</html>
"""
