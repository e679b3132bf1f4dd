"""The source of one trained network that scales its values itself and loads its weights from beside it."""

from __future__ import annotations

from models.codegen.ensemble import reader, reading_functions
from models.codegen.formatting import statement
from models.codegen.module import generate
from models.codegen.objectives import objectives_of
from models.codegen.portable import divided, sorted_imports
from models.codegen.trained.scaled import SCALED, Part, scaled_call

_LOAD = '''def load(path=Path(__file__).with_name("weights.safetensors")):
    """The network with its weights, ready to answer.

    It takes values as the data held them, one argument an input.
    """
    network = {made}
    network.load_state_dict(load_file(path), assign=True)
    return network.eval()
'''


def standalone_source(part: Part, title: str) -> str:
    """The text of a module with the network, `load`, and `READ`: what makes probabilities, or numbers, of each output.

    Its weights are those of the network behind ``network.``, and means and standard deviations as ``mean0``. Raises
    `ValueError` with a sentence where the network has an error.
    """
    document = part.document
    source = generate(document.network, document.analysis, title)
    if source.left_out:
        raise ValueError(f"{source.left_out[0]} has an error. Mend it first: netloom check names all of them.")
    content, imports = divided(source.text)
    losses = [objective.loss for objective in objectives_of(document)]
    needed = {*imports, "from pathlib import Path", "import torch", "from torch import nn"}
    needed |= {"from safetensors.torch import load_file"}
    read = statement(0, f"READ = ({', '.join(map(reader, losses))},)")
    head = f'"""{source.class_name}, drawn and trained in Netloom. Needs PyTorch and safetensors."""\n'
    body = [content, *reading_functions(losses), SCALED, "\n".join(read) + "\n"]
    body.append(_LOAD.format(made=scaled_call(part, source.class_name)))
    return "\n".join((head, sorted_imports(needed) + "\n\n" + "\n\n".join(body)))
