#!/usr/bin/env bash
# Run the named benchmarks (`tools/bench.sh canvas charts`), or list what there is.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ $# -eq 0 ]; then
    echo 'Benchmarks, to run with make bench NAMES="...":'
    for file in benchmarks/[!_]*.py; do
        .venv/bin/python - "$file" <<'PY'
import ast, pathlib, sys
file = pathlib.Path(sys.argv[1])
summary = (ast.get_docstring(ast.parse(file.read_text())) or "").partition("\n")[0]
print(f"  {file.stem:<16} {summary}")
PY
    done
fi
for name in "$@"; do
    echo "== $name"
    QT_QPA_PLATFORM=${QT_QPA_PLATFORM:-offscreen} .venv/bin/python "benchmarks/$name.py"
done
