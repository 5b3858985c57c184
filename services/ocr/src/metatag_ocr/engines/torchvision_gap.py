"""The one place that knows of a trap: the registry's torchvision cannot be imported beside a CPU build of torch.

Its compiled part is linked against CUDA and does not load, so its operators are never declared, and its Python part
then fails at `register_fake("torchvision::nms")`: "operator torchvision::nms does not exist". EasyOCR imports
torchvision for one model definition and calls none of these operators. Declaring their schemas before the import is
enough; calling one would raise NotImplementedError, which is right.
"""

from __future__ import annotations

from typing import Any

# Operators that torchvision's Python part registers fakes for at import.
_SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)

# Kept for the life of the process: the declarations go with the object.
_declared: list[Any] = []


def close_gap() -> None:
    """Make `import torchvision` work; does nothing where its own operators load."""
    import torch

    try:
        import torchvision
    except RuntimeError:
        _forget_half_import()
        library = torch.library.Library("torchvision", "DEF")
        for schema in _SCHEMAS:
            library.define(schema)
        _declared.append(library)
        import torchvision  # noqa: F401


def _forget_half_import() -> None:
    import sys

    for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
        del sys.modules[name]
