"""The operators of ONNX, by the version of their set that brought them, and the sets that ONNX Runtime has.

ONNX: docs/Operators.md, docs/Operators-ml.md. ONNX Runtime: docs/Versioning.md.
"""

from __future__ import annotations

from mlgitlab.jobs.formats.onnx import STANDARD, Operator

ML = "ai.onnx.ml"
# The newest versions of both sets, by release. Later releases run all that these run.
RUNTIMES = {
    (1, 10): (15, 2), (1, 11): (16, 2), (1, 12): (17, 3), (1, 13): (17, 3), (1, 14): (18, 3), (1, 15): (19, 4),
    (1, 16): (19, 4), (1, 17): (20, 4), (1, 18): (21, 5), (1, 19): (21, 5), (1, 20): (21, 5), (1, 21): (22, 5),
}  # fmt: skip
NEWEST = max(RUNTIMES)
OWN_DOMAIN = "com.microsoft"  # of ONNX Runtime's own operators, which are not listed here
_REMOVED = {Operator(STANDARD, "Upsample"): 10}  # the first version without it
_BROUGHT = {
    STANDARD: {
        1: (
            "Abs Add And ArgMax ArgMin AveragePool BatchNormalization Cast Ceil Clip Concat Constant Conv "
            "ConvTranspose DepthToSpace Div Dropout Elu Equal Exp Flatten Floor GRU Gather Gemm GlobalAveragePool "
            "GlobalLpPool GlobalMaxPool Greater HardSigmoid Hardmax Identity If InstanceNormalization LRN LSTM "
            "LeakyRelu Less Log LogSoftmax Loop LpNormalization LpPool MatMul Max MaxPool MaxRoiPool Mean Min Mul "
            "Neg Not Or PRelu Pad Pow RNN RandomNormal RandomNormalLike RandomUniform RandomUniformLike "
            "Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd "
            "ReduceSum ReduceSumSquare Relu Reshape Selu Shape Sigmoid Size Slice Softmax Softplus Softsign "
            "SpaceToDepth Split Sqrt Squeeze Sub Sum Tanh Tile TopK Transpose Unsqueeze Upsample Xor"
        ),
        7: "Acos Asin Atan Cos Multinomial Sin Tan",
        8: "Expand Scan",
        9: (
            "Acosh Asinh Atanh Compress ConstantOfShape Cosh Erf EyeLike IsNaN MaxUnpool "
            "MeanVarianceNormalization NonZero OneHot Scatter Shrink Sign Sinh TfIdfVectorizer Where"
        ),
        10: (
            "ConvInteger DequantizeLinear IsInf MatMulInteger Mod NonMaxSuppression QLinearConv QLinearMatMul "
            "QuantizeLinear Resize ReverseSequence RoiAlign StringNormalizer ThresholdedRelu"
        ),
        11: (
            "BitShift ConcatFromSequence CumSum Det DynamicQuantizeLinear GatherElements GatherND Range Round "
            "ScatterElements ScatterND SequenceAt SequenceConstruct SequenceEmpty SequenceErase SequenceInsert "
            "SequenceLength SplitToSequence Unique"
        ),
        12: "Celu Einsum GreaterOrEqual LessOrEqual NegativeLogLikelihoodLoss SoftmaxCrossEntropyLoss",
        14: "HardSwish Trilu",
        15: "Bernoulli CastLike Optional OptionalGetElement OptionalHasElement",
        16: "GridSample",
        17: "BlackmanWindow DFT HammingWindow HannWindow LayerNormalization MelWeightMatrix STFT SequenceMap",
        18: "BitwiseAnd BitwiseNot BitwiseOr BitwiseXor CenterCropPad Col2Im GroupNormalization Mish",
        19: "DeformConv",
        20: "AffineGrid Gelu ImageDecoder RegexFullMatch StringConcat StringSplit",
    },
    ML: {
        1: (
            "ArrayFeatureExtractor Binarizer CastMap CategoryMapper DictVectorizer FeatureVectorizer Imputer "
            "LabelEncoder LinearClassifier LinearRegressor Normalizer OneHotEncoder SVMClassifier SVMRegressor "
            "Scaler TreeEnsembleClassifier TreeEnsembleRegressor ZipMap"
        ),
        5: "TreeEnsemble",
    },
}


def standard(opsets: tuple[int, int]) -> frozenset[Operator]:
    """All operators of these versions of the standard set and of the one for classical machine learning."""
    found = set()
    for domain, newest in zip((STANDARD, ML), opsets, strict=True):
        for version, names in _BROUGHT[domain].items():
            if version <= newest:
                found |= {Operator(domain, name) for name in names.split()}
    return frozenset(found)


def removed(operator: Operator, opset: int) -> bool:
    """Whether that version of the set has the operator no more."""
    return opset >= _REMOVED.get(operator, opset + 1)
