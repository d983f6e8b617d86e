"""Exports as other programs see them: ONNX through onnxruntime, safetensors through its own library and a network
written here in numpy from docs/policy_formats.md; both against the logits of the policy itself.

    python3 tests/policy/compare_export.py PATH/TO/export_sample
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import onnxruntime
from safetensors import safe_open

SETS = ["lanes", "boundary", "agents", "stop_lines"]
FEATURES = [7, 4, 9, 8]
SCALE_M = [25.0, 4.0, 10.0, 15.0]
EGO = 64
OBSERVATION_VERSION = "2"
LIMIT = 1e-4


def round_up16(n):
    return (n + 15) // 16 * 16


def read_sample(folder, sizes):
    """{input: array} as docs/policy_formats.md names them, and the policy's own logits."""
    counts = np.fromfile(folder / "counts.bin", np.int32).reshape(-1, 4)
    rows = np.fromfile(folder / "rows.bin", np.float32).reshape(len(counts), -1)
    inputs, offset = {"counts": counts}, 0
    for name, features, size in zip(SETS, FEATURES, sizes):
        inputs[name] = rows[:, offset:offset + features * size].reshape(-1, features, size).copy()
        offset += round_up16(features * size)
    inputs["ego"] = rows[:, offset:offset + EGO].copy()
    return inputs, np.fromfile(folder / "logits.bin", np.float32).reshape(len(counts), 12)


def lift(x, which):
    px, py = x[:, 0] * 50, x[:, 1] * 50
    r = np.sqrt(px * px + py * py) + 1e-3
    p = SCALE_M[which] / (SCALE_M[which] + r)
    rows = [p, p * px / r, p * py / r]
    if SETS[which] == "agents":
        rows.append(-p * (x[:, 4] * px + x[:, 5] * py) / r)
    return np.concatenate([x, np.stack(rows, 1)], 1)


def run_numpy(weights, inputs, polar_lift):
    linear = lambda name, x: x @ weights[name + ".weight"].T + weights[name + ".bias"]
    relu = lambda x: np.maximum(x, 0)
    codes = []
    for which, name in enumerate(["lane", "boundary", "agent", "stop_line"]):
        x = inputs[SETS[which]].astype(np.float64)
        x = np.swapaxes(lift(x, which) if polar_lift else x, 1, 2)
        y = linear(name + "_encoder", x)
        if name == "agent" and "agent_encoder_2.weight" in weights:
            y = linear("agent_encoder_2", relu(y))
        present = np.arange(x.shape[1])[None] < inputs["counts"][:, which:which + 1]
        codes.append(relu(np.where(present[:, :, None], y, -np.inf).max(1)))
    codes.append(relu(linear("ego_encoder", inputs["ego"].astype(np.float64))))
    z = np.concatenate(codes, 1)
    layer = 0
    while f"trunk.{layer}.weight" in weights:
        z = relu(linear(f"trunk.{layer}", z))
        layer += 1
    return linear("head", z)


def check(what, found, expected):
    difference = float(np.abs(found - expected).max())
    print(f"{what}: {len(expected)} observations, largest difference {difference:.2e}")
    assert found.shape == expected.shape and difference < LIMIT, what


def check_onnx(folder, inputs, expected):
    session = onnxruntime.InferenceSession(str(folder / "policy.onnx"), providers=["CPUExecutionProvider"])
    assert sorted(i.name for i in session.get_inputs()) == sorted(inputs)
    assert [o.name for o in session.get_outputs()] == ["logits"]
    metadata = session.get_modelmeta().custom_metadata_map
    assert metadata["observation_version"] == OBSERVATION_VERSION, metadata
    assert json.loads(metadata["observation_layout"])["ego"] == EGO
    assert "encoder_width: 32" in metadata["network"]
    check("  onnx", session.run(None, inputs)[0], expected)
    one = {name: value[3:4] for name, value in inputs.items()}
    check("  onnx, one at a time", session.run(None, one)[0], expected[3:4])


def check_safetensors(folder, inputs, expected, polar_lift):
    with safe_open(folder / "policy.safetensors", "np") as file:
        assert file.metadata()["observation_version"] == OBSERVATION_VERSION
        weights = {name: file.get_tensor(name) for name in file.keys()}
    check("  safetensors", run_numpy(weights, inputs, polar_lift), expected)


def main():
    sample = sys.argv[1]
    for layers, polar, sizes in [(1, 1, (40, 48, 20, 4)), (2, 1, (80, 80, 40, 9)), (2, 0, (1, 3, 2, 1))]:
        print(f"agent layers {layers}, polar lift {polar}, sets of {sizes}")
        with tempfile.TemporaryDirectory() as temporary:
            folder = pathlib.Path(temporary)
            subprocess.run([sample, temporary, str(layers), str(polar), *map(str, sizes)], check=True)
            inputs, expected = read_sample(folder, sizes)
            check_onnx(folder, inputs, expected)
            check_safetensors(folder, inputs, expected, bool(polar))


if __name__ == "__main__":
    main()
