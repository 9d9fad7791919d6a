"""Which bytes become a model, and which are refused before they run."""

from __future__ import annotations

import io
import pickle
import subprocess
import sys
import zipfile
from collections.abc import Callable

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from shared.adapters.onnx.scoring import OnnxScoring
from shared.core.errors import BadInput, Corrupt, Refused
from shared.serving.ports import LoadedModel
from shared.training.input_contract import Feature, InputContract

Graph = Callable[..., onnx.ModelProto]
Load = Callable[..., LoadedModel]


def _zip() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("model.pkl", b"")
    return file.getvalue()


def _loop() -> onnx.NodeProto:
    condition = helper.make_tensor_value_info("go", TensorProto.BOOL, [])
    number = helper.make_tensor_value_info("i", TensorProto.INT64, [])
    forever = helper.make_node("Identity", ["go"], ["go_on"])
    still = helper.make_tensor_value_info("go_on", TensorProto.BOOL, [])
    body = helper.make_graph([forever], "body", [number, condition], [still])
    return helper.make_node("Loop", ["", ""], [], body=body)


def test_a_model_answers_for_a_matrix_and_for_rows(model: LoadedModel) -> None:
    """Both ways give the same float32 probabilities (rows, labels)."""
    answer = model.score_matrix(np.array([[2.0, 1.0], [np.nan, -1.0]], dtype=np.float32))
    assert answer.shape == (2, 2)
    assert answer.dtype == np.float32
    np.testing.assert_allclose(answer[:, 1], [1 / (1 + np.exp(1.5)), 1 / (1 + np.exp(0.5))], rtol=1e-6)
    rows = model.score_rows([{"age": 2, "job": "nurse"}, {"age": None, "job": "pilot", "site": "s1"}], {"site"})
    np.testing.assert_array_equal(rows, answer)


def test_a_row_that_does_not_fit_never_reaches_the_model(model: LoadedModel) -> None:
    """The refusal names row and field."""
    with pytest.raises(BadInput, match="Row 1, field 'age'"):
        model.score_rows([{"age": "2", "job": None}])


def test_the_threshold_of_the_manifest_is_kept_as_float32(graph: Graph, load: Load) -> None:
    """One comparison everywhere; a half where the manifest says nothing."""
    onnx_bytes = graph().SerializeToString()
    assert load(onnx_bytes).thresholds == (0.5,)
    assert load(onnx_bytes, threshold=0.3).thresholds == (float(np.float32(0.3)),)


@pytest.mark.fault(65)
def test_other_bytes_than_recorded_are_not_loaded(graph: Graph, load: Load) -> None:
    """The sentence shows both digests."""
    with pytest.raises(Corrupt, match="its manifest says 0000"):
        load(graph().SerializeToString(), sha256="0000")


@pytest.mark.parametrize("foreign", [pickle.dumps({"a": 1}), _zip(), b"\x1f\x8b1234", b""])
@pytest.mark.fault(65)
def test_another_kind_of_file_is_not_loaded_whatever_its_name(foreign: bytes, load: Load) -> None:
    """A pickle, a zip (joblib, torch), a gzip file and nothing at all are told by their first bytes."""
    with pytest.raises(Corrupt, match="only ONNX is loaded"):
        load(foreign)
    with pytest.raises(Corrupt, match="only ONNX is loaded"):
        OnnxScoring().inspect(foreign, InputContract((), ()))


def test_a_truncated_model_is_not_loaded(graph: Graph, load: Load, contract: InputContract) -> None:
    """Cut at any tenth of its length, neither loading nor judging succeeds."""
    whole = graph().SerializeToString()
    for tenth in range(1, 10):
        cut = whole[: len(whole) * tenth // 10]
        with pytest.raises(Corrupt):
            load(cut)
        with pytest.raises((Corrupt, Refused)):
            OnnxScoring().inspect(cut, contract)


@pytest.mark.fault(66)
def test_a_model_of_another_width_is_not_loaded(graph: Graph, load: Load, contract: InputContract) -> None:
    """The sentence says what the model takes and what the contract says."""
    wide = graph(width=3).SerializeToString()
    with pytest.raises(Corrupt, match=r"takes input: tensor\(float\) .*3\]; its contract says .* \[rows, 2\]"):
        load(wide)
    with pytest.raises(Refused, match=r"takes input: float \[any, 3\]; .* \[rows, 2\]"):
        OnnxScoring().inspect(wide, contract)


def test_a_model_with_other_labels_or_a_fixed_number_of_rows_is_not_loaded(graph: Graph, load: Load) -> None:
    """Probability columns must be the contract's labels, and rows must be free."""
    with pytest.raises(Corrupt, match=r"returns probabilities: .*3\]"):
        load(graph(labels=3).SerializeToString())
    with pytest.raises(Corrupt, match=r"takes input: tensor\(float\) \[1, 2\]"):
        load(graph(rows=1).SerializeToString())


def test_a_good_model_passes_inspection(graph: Graph, contract: InputContract) -> None:
    """Nothing is raised for what training exports."""
    OnnxScoring().inspect(graph().SerializeToString(), contract)


def test_an_operator_with_a_graph_of_its_own_is_refused(graph: Graph, contract: InputContract) -> None:
    """A loop may never end; the reference checker does not mind."""
    with pytest.raises(Refused, match=r"operator ai\.onnx\.Loop"):
        OnnxScoring().inspect(graph(nodes=(_loop(),)).SerializeToString(), contract)


def test_unknown_domains_and_operators_of_its_own_are_refused(graph: Graph, contract: InputContract) -> None:
    """A custom operator would be code that nobody judged."""
    custom = helper.make_node("Anything", ["input"], ["x"], domain="com.example")
    with pytest.raises(Refused, match=r"operator com\.example\.Anything"):
        OnnxScoring().inspect(graph(nodes=(custom,)).SerializeToString(), contract)
    imports = graph()
    imports.opset_import.append(helper.make_opsetid("com.example", 1))
    with pytest.raises(Refused, match=r"imports operators of 'com\.example'"):
        OnnxScoring().inspect(imports.SerializeToString(), contract)
    defines = graph()
    defines.functions.add(name="Mine", domain="")
    with pytest.raises(Refused, match="its own operator 'Mine'"):
        OnnxScoring().inspect(defines.SerializeToString(), contract)


@pytest.mark.parametrize("location", ["../../etc/passwd", "/etc/passwd", "weights.bin"])
@pytest.mark.fault(67)
def test_data_in_another_file_is_refused(graph: Graph, load: Load, contract: InputContract, location: str) -> None:
    """Neither judging nor loading follows a path out of the model."""
    model = graph()
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=location)
    with pytest.raises(Refused, match="tensor 'weights' in another file"):
        OnnxScoring().inspect(model.SerializeToString(), contract)
    with pytest.raises(Corrupt, match="cannot be loaded"):
        load(model.SerializeToString())


def test_data_in_another_file_is_found_inside_constants(graph: Graph, contract: InputContract) -> None:
    """A tensor can also hide in a node's attribute."""
    tensor = helper.make_tensor("hidden", TensorProto.FLOAT, [1], [1.0])
    tensor.external_data.add(key="location", value="x")
    constant = helper.make_node("Constant", [], ["c"], value=tensor)
    with pytest.raises(Refused, match="tensor 'hidden'"):
        OnnxScoring().inspect(graph(nodes=(constant,)).SerializeToString(), contract)


def test_a_request_needs_neither_arrow_nor_the_onnx_package(graph: Graph) -> None:
    """A cold start of real-time scoring pays for numpy and onnxruntime only."""
    code = (
        "import sys, hashlib; from shared.adapters.onnx.scoring import OnnxScoring;"
        "from shared.training.input_contract import Feature, InputContract;"
        "b = sys.stdin.buffer.read(); c = InputContract((Feature('a', 'number'), Feature('b', 'number')), ('0', '1'));"
        "m = OnnxScoring().load(b, {'sha256': hashlib.sha256(b).hexdigest(), 'contract': c.to_json()});"
        "m.score_rows([{'a': 1, 'b': 2.5}]);"
        "print(sorted({'onnx', 'pyarrow', 'pandas', 'sqlalchemy'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, input=graph().SerializeToString(), capture_output=True, check=True)
    assert done.stdout == b"[]\n"


@pytest.mark.filterwarnings("ignore")  # the converters' own
def test_what_the_converters_export_is_accepted() -> None:
    """A scikit-learn pipeline and LightGBM pass inspection and load."""
    lightgbm = pytest.importorskip("lightgbm")
    onnxmltools, skl2onnx = pytest.importorskip("onnxmltools"), pytest.importorskip("skl2onnx")
    from onnxmltools.convert.common.data_types import FloatTensorType
    from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MinMaxScaler

    X = np.random.default_rng(1).normal(size=(80, 3)).astype(np.float32)
    y = (X[:, 0] > 0).astype(int)
    contract = InputContract(tuple(Feature(name, "number") for name in "abc"), ("0", "1"))
    learners = [
        make_pipeline(SimpleImputer(strategy="median"), MinMaxScaler(), LogisticRegression()),
        RandomForestClassifier(3),
        HistGradientBoostingClassifier(max_iter=3),
    ]
    made = [skl2onnx.to_onnx(each.fit(X, y), X[:1], options={"zipmap": False}) for each in learners]
    trees = lightgbm.LGBMClassifier(n_estimators=3, verbose=-1).fit(X, y)
    takes = [("input", FloatTensorType([None, 3]))]
    made.append(onnxmltools.convert_lightgbm(trees, initial_types=takes, zipmap=False, target_opset=15))
    for each in made:
        OnnxScoring().inspect(each.SerializeToString(), contract)
