"""A trained student -> what runs without torch: an int8 graph, its vocabulary, the last layers.

    python -m scripts.reader.export STUDENT.pt FOLDER --encoder FOLDER

``reader.onnx`` maps word pieces to the features of words; ``weights.npz`` holds the layers behind
it, which can be refitted; ``vocab.txt`` is the encoder's. Weights are quantised by channel
(by tensor costs two points), activations as they come.
"""

import argparse
import shutil
import tempfile
from pathlib import Path

import numpy as np
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers import optimizer
from scripts.reader.network import Batch, Reader
from torch import Tensor, nn
from torch.nn import functional

from pipeline.components.reader.windows import Window

INPUTS = ("pieces", "mask", "first", "cases")
OUTPUTS = ("features", "triggers", "candidates")
LAST = {
    "out.weight": "out.weight",
    "out.bias": "out.bias",
    "category.weight": "roles.category.weight",
    "facts.weight": "roles.facts.weight",
    "hidden.weight": "roles.hidden.weight",
    "hidden.bias": "roles.hidden.bias",
    "roles.weight": "roles.out.weight",
    "roles.bias": "roles.out.bias",
}
"""Names in ``weights.npz`` and in the network."""
TOLERANCE = 1e-4
"""How far the plain graph may be from the trained network."""


class Graph(nn.Module):
    """The network written out in the plain operations that the graph optimiser knows."""

    def __init__(self, model: Reader) -> None:
        super().__init__()
        self.model = model

    def forward(self, pieces: Tensor, mask: Tensor, first: Tensor, cases: Tensor):
        bert, config = self.model.encoder, self.model.encoder.config
        heads, width = config.num_attention_heads, config.hidden_size
        size = width // heads
        below = bert.embeddings
        position = torch.arange(pieces.size(1)).unsqueeze(0)
        hidden = below.LayerNorm(
            below.word_embeddings(pieces)
            + below.position_embeddings(position)
            + below.token_type_embeddings.weight[0]
        )
        bias = (1.0 - mask[:, None, None, :].to(torch.float32)) * -10000.0
        shape = pieces.size(0), pieces.size(1)

        def split(x: Tensor) -> Tensor:
            return x.view(*shape, heads, size).permute(0, 2, 1, 3)

        for layer in bert.encoder.layer:
            attention = layer.attention.self
            query, key, value = (
                split(part(hidden)) for part in (attention.query, attention.key, attention.value)
            )
            scores = torch.matmul(query, key.transpose(-1, -2)) / size**0.5 + bias
            met = torch.matmul(torch.softmax(scores, dim=-1), value)
            met = met.permute(0, 2, 1, 3).contiguous().view(*shape, width)
            output = layer.attention.output
            hidden = output.LayerNorm(output.dense(met) + hidden)
            inner = functional.gelu(layer.intermediate.dense(hidden))
            hidden = layer.output.LayerNorm(layer.output.dense(inner) + hidden)
        words = hidden.gather(1, first.unsqueeze(-1).expand(-1, -1, width))
        present = first > 0
        features = self.model.head(words, cases, present)
        roles = self.model.roles
        return features, roles.trigger(words), roles.candidate(words)


def export(model: Reader, path: Path) -> None:
    """Write the quantised graph and check the plain one against the network."""
    graph = Graph(model).eval()
    long, short = (
        Window([101, *range(1000, 1000 + n), 102], list(range(1, n + 1)), [1] * n) for n in (9, 4)
    )
    batch = Batch([long, short])
    given = batch.pieces, batch.mask, batch.first, batch.cases
    with torch.no_grad():
        wanted = model.head(model.words(batch), batch.cases, batch.present)
        apart = (graph(*given)[0] - wanted)[batch.present].abs().max()
    if apart > TOLERANCE:
        raise RuntimeError(f"the graph differs from the network by {apart}")
    axes = {name: {0: "windows", 1: "pieces"} for name in ("pieces", "mask")}
    axes |= {name: {0: "windows", 1: "words"} for name in ("first", "cases", *OUTPUTS)}
    with tempfile.TemporaryDirectory() as folder:
        plain, fused = Path(folder) / "plain.onnx", Path(folder) / "fused.onnx"
        torch.onnx.export(
            graph,
            given,
            str(plain),
            input_names=list(INPUTS),
            output_names=list(OUTPUTS),
            dynamic_axes=axes,
            opset_version=17,
            dynamo=False,
        )
        config = model.encoder.config
        made = optimizer.optimize_model(
            str(plain),
            model_type="bert",
            num_heads=config.num_attention_heads,
            hidden_size=config.hidden_size,
            opt_level=0,
        )
        print({name: n for name, n in made.get_fused_operator_statistics().items() if n})
        made.save_model_to_file(str(fused))
        quantize_dynamic(
            str(fused),
            str(path),
            op_types_to_quantize=["MatMul", "Attention", "Gather", "EmbedLayerNormalization"],
            per_channel=True,
            weight_type=QuantType.QInt8,
            extra_options={"MatMulConstBOnly": True, "DefaultTensorType": 1},
        )


def weights(model: Reader) -> dict[str, np.ndarray]:
    """The layers behind the graph, as ``pipeline.components.reader.model`` reads them."""
    state = model.state_dict()
    return {stored: state[name].numpy().astype(np.float32) for stored, name in LAST.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("student", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument("--depth", type=int, default=6)
    args = parser.parse_args()
    model = Reader(args.encoder, (args.depth,), args.depth, roles=True)
    model.load_state_dict(torch.load(args.student, map_location="cpu"))
    model.eval()
    args.folder.mkdir(parents=True, exist_ok=True)
    export(model, args.folder / "reader.onnx")
    np.savez(args.folder / "weights.npz", **weights(model))
    shutil.copy(args.encoder / "vocab.txt", args.folder / "vocab.txt")
    for file in sorted(args.folder.iterdir()):
        print(file.name, round(file.stat().st_size / 1e6, 2), "MB")


if __name__ == "__main__":
    main()
