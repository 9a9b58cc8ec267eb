"""A LightGBM model, asked through LightGBM's own C library. Does not know what its features mean.

``import lightgbm`` pulls in scikit-learn, pandas and SciPy (seconds on a cold start) although a prediction needs
none of them. The library's C API is public and stable (LightGBM documentation, "C API"); a test holds its
predictions equal to the Python package's.
"""

from __future__ import annotations

import ctypes
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt

from kb.base.records import MissingExtra, ModelError

_FLOAT64 = 1  # C_API_DTYPE_FLOAT64
_RAW_SCORE = 1  # C_API_PREDICT_RAW_SCORE
_ROW_MAJOR = 1
_PARAMETERS = b"num_threads=1"  # one question, one core


@cache
def _library() -> ctypes.CDLL:
    spec = find_spec("lightgbm")
    if spec is None or spec.origin is None:
        raise MissingExtra("缺少 lightgbm，请运行 pip install lightgbm")
    found = sorted(Path(spec.origin).parent.rglob("lib_lightgbm.*"))
    if not found:
        raise MissingExtra("lightgbm 的程序库不完整，请重新安装：pip install --force-reinstall lightgbm")
    library = ctypes.CDLL(str(found[0]))
    library.LGBM_GetLastError.restype = ctypes.c_char_p
    return library


def _call(name: str, *arguments: object) -> None:
    library = _library()
    if getattr(library, name)(*arguments) != 0:
        raise ModelError(f"排序模型出错：{library.LGBM_GetLastError().decode('utf-8', 'replace')}；请恢复模型文件")


class Booster:
    """A trained model of ``features`` columns, one score a row. Safe for several threads."""

    def __init__(self, text: str) -> None:
        """Load a model from LightGBM's text format; raises ModelError when it is none."""
        self._handle = ctypes.c_void_p()
        iterations = ctypes.c_int(0)
        _call(
            "LGBM_BoosterLoadModelFromString",
            ctypes.c_char_p(text.encode("utf-8")),
            ctypes.byref(iterations),
            ctypes.byref(self._handle),
        )
        features = ctypes.c_int(0)
        _call("LGBM_BoosterGetNumFeature", self._handle, ctypes.byref(features))
        self.features = features.value

    def __del__(self) -> None:
        if getattr(self, "_handle", None):
            _library().LGBM_BoosterFree(self._handle)

    def predict(self, rows: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Raw scores, shape (n,), of feature rows, shape (n, features). Raises ValueError for another width."""
        matrix = np.ascontiguousarray(rows, np.float64)
        if matrix.ndim != 2 or matrix.shape[1] != self.features:
            raise ValueError(f"expected {self.features} features, got shape {matrix.shape}")
        out = np.empty(len(matrix), np.float64)
        if not len(matrix):
            return out
        length = ctypes.c_int64(0)
        _call(
            "LGBM_BoosterPredictForMat",
            self._handle,
            matrix.ctypes.data_as(ctypes.c_void_p),
            ctypes.c_int(_FLOAT64),
            ctypes.c_int32(matrix.shape[0]),
            ctypes.c_int32(matrix.shape[1]),
            ctypes.c_int(_ROW_MAJOR),
            ctypes.c_int(_RAW_SCORE),
            ctypes.c_int(0),
            ctypes.c_int(-1),
            ctypes.c_char_p(_PARAMETERS),
            ctypes.byref(length),
            out.ctypes.data_as(ctypes.POINTER(ctypes.c_double)),
        )
        return out
