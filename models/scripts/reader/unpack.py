"""An exported reader -> the weights of its network, to go on training from.

    python -m scripts.reader.unpack FOLDER OUT.pt --encoder FOLDER

The weights are those that run: rounded to int8 by channel, which costs less than half a point and
is soon trained away.
"""

import argparse
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from scripts.reader.export import LAST
from scripts.reader.network import Reader

from pipeline.components.reader.model import GRAPH, WEIGHTS

PREFIX = "model."
"""Of the names in the graph before those of the network."""
PRODUCT = "onnx::MatMul_"
TABLES = (
    "encoder.embeddings.word_embeddings.weight",
    "encoder.embeddings.position_embeddings.weight",
    "head.case.weight",
)
BEHIND = ("head.project.weight", "roles.trigger.weight", "roles.candidate.weight")
"""The products behind the encoder, as the exporter numbers them."""


def products(values: dict[str, np.ndarray]) -> list[np.ndarray]:
    """The weights of all products of words with weights, (inputs, outputs).

    The exporter numbers them in the order of :class:`scripts.reader.export.Graph`.
    """
    names = [name.removesuffix("_quantized") for name in values if name.endswith("_quantized")]
    numbers = sorted(int(name.removeprefix(PRODUCT)) for name in names if PRODUCT in name)
    return [plain(f"{PRODUCT}{number}", values) for number in numbers]


def plain(name: str, values: dict[str, np.ndarray]) -> np.ndarray:
    """A quantised weight as floating-point numbers."""
    quantised = values[f"{name}_quantized"].astype(np.float32)
    shift = values[f"{name}_zero_point"].astype(np.float32)
    return (quantised - shift) * values[f"{name}_scale"]


def state(folder: Path, model: Reader) -> dict[str, torch.Tensor]:
    """The state of the network that a folder was exported from."""
    stored = onnx.load(folder / GRAPH).graph.initializer
    values = {one.name: numpy_helper.to_array(one) for one in stored}
    wanted = model.state_dict()
    found = {name: values[PREFIX + name] for name in wanted if PREFIX + name in values}
    found |= {name: plain(PREFIX + name, values) for name in TABLES}
    types = "encoder.embeddings.token_type_embeddings.weight"
    [first] = [values[name] for name in values if name.startswith("onnx::Add_")]
    found[types] = np.stack([first, *wanted[types].numpy()[1:]])
    rest = iter(products(values))
    for number in range(len(model.encoder.encoder.layer)):
        layer = f"encoder.encoder.layer.{number}"
        weights = np.split(plain(f"Attention_{number}_qkv_weight", values), 3, axis=1)
        biases = np.split(values[f"Attention_{number}_qkv_bias"], 3)
        for part, weight, bias in zip(("query", "key", "value"), weights, biases, strict=True):
            found[f"{layer}.attention.self.{part}.weight"] = weight.T
            found[f"{layer}.attention.self.{part}.bias"] = bias
        for part in ("attention.output.dense", "intermediate.dense", "output.dense"):
            found[f"{layer}.{part}.weight"] = next(rest).T
    for name in BEHIND:
        found[name] = next(rest).T
    with np.load(folder / WEIGHTS) as last:
        found |= {name: last[key] for key, name in LAST.items()}
    return {name: torch.tensor(np.ascontiguousarray(value)) for name, value in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument("--depth", type=int, default=6)
    args = parser.parse_args()
    model = Reader(args.encoder, (args.depth,), args.depth, roles=True)
    found = state(args.folder, model)
    model.load_state_dict(found)  # refuses what is missing or of another shape
    torch.save(found, args.out)


if __name__ == "__main__":
    main()
