"""The sets that can be downloaded: those whose content is known for certain, by its SHA-256."""

from __future__ import annotations

from typing import Any

from studio.data.kept.ready_set import ARRAYS, PREFIX, ReadySet, hub_set


def _made(
    name: str, title: str, about: str, license: str, page: str, packing: str, *parts: tuple[str, str, int],
    suffix: str = ".npz", lists: tuple[str, ...] = (), **data: Any,
) -> ReadySet:  # fmt: skip
    """One that is made of files, each an address, its SHA-256 and its size; ``data`` is how it is read."""
    files = tuple(
        ReadySet(f"{title}-{url.rpartition('/')[2]}".lower().replace(" ", "-"), title, "", "", url, sha256, size, "")
        for url, sha256, size in parts
    )
    total = sum(size for _, _, size in parts)
    return ReadySet(name, title, about, license, page, "", total, suffix, files, packing, data or ARRAYS, lists)


def _file(
    name: str, title: str, about: str, license: str, url: str, sha256: str, size: int, suffix: str, **data: Any
) -> ReadySet:
    """A file that is read as it comes."""
    return ReadySet(name, title, about, license, url, sha256, size, suffix, data=data)


_KERAS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets"
_TENSORFLOW = "https://storage.googleapis.com/download.tensorflow.org"
_ZALANDO = "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion"
_CODH = "https://codh.rois.ac.jp/kmnist/dataset/kmnist"
_TORONTO = "https://www.cs.toronto.edu/~kriz"
_EMNIST = (
    "https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip",
    "fb9bb67e33772a9cc0b895e4ecf36d2cf35be8b709693c3564cea2a019fcda8e", 561_753_746,
)  # fmt: skip
_NIST = "https://www.nist.gov/itl/products-and-services/emnist-dataset"
_SVHN = "https://ufldl.stanford.edu/housenumbers"
_UCI = "https://archive.ics.uci.edu/ml/machine-learning-databases"
_AG_NEWS = "https://raw.githubusercontent.com/mhjabreel/CharCnn_Keras/master/data/ag_news_csv"
_SHAKESPEARE = "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt"
# The SHA-256 was published with madm.dfki.de, torchvision names one MD5 for the file there and for this one.
_EUROSAT = "https://huggingface.co/datasets/torchgeo/eurosat/resolve/c877bcd43f099cd0196738f714544e355477f3fd"
_NO_LICENSE = "none stated; cite Krizhevsky 2009"
# Sizes and SHA-256 are those that TensorFlow Datasets states in its url_checksums; of AG News those that Hugging Face's
# datasets states in its dataset_infos.
READY = {
    item.name: item
    for item in (
        _file(
            "mnist", "MNIST", "70,000 digits, 28×28", "CC BY-SA 3.0", f"{_KERAS}/mnist.npz",
            "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1", 11_490_434, ".npz", **ARRAYS,
        ),
        _file(
            "california_housing", "California housing", "20,640 districts, 8 numbers", "public domain",
            f"{_KERAS}/california_housing.npz",
            "1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f", 743_530, ".npz", **ARRAYS,
        ),
        _made(
            "fashion_mnist", "Fashion-MNIST", "70,000 clothes, 28×28", "MIT", f"{_ZALANDO}/", "idx",
            (f"{_ZALANDO}/train-images-idx3-ubyte.gz",
             "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84", 26_421_880),
            (f"{_ZALANDO}/train-labels-idx1-ubyte.gz",
             "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845", 29_515),
            (f"{_ZALANDO}/t10k-images-idx3-ubyte.gz",
             "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073", 4_422_102),
            (f"{_ZALANDO}/t10k-labels-idx1-ubyte.gz",
             "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5", 5_148),
        ),
        _made(
            "kmnist", "KMNIST", "70,000 characters, 28×28", "CC BY-SA 4.0", f"{_CODH}/", "idx",
            (f"{_CODH}/train-images-idx3-ubyte.gz",
             "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4", 18_165_135),
            (f"{_CODH}/train-labels-idx1-ubyte.gz",
             "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17", 29_497),
            (f"{_CODH}/t10k-images-idx3-ubyte.gz",
             "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5", 3_041_136),
            (f"{_CODH}/t10k-labels-idx1-ubyte.gz",
             "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c", 5_120),
        ),
        _made(
            "emnist_letters", "EMNIST letters", "124,800 letters, 28×28", "none stated; cite Cohen 2017", _NIST,
            "emnist", _EMNIST,
        ),
        _made(
            "emnist_balanced", "EMNIST balanced", "131,600 digits and letters, 28×28", "none stated; cite Cohen 2017",
            _NIST, "emnist", _EMNIST,
        ),
        _made(
            "svhn", "SVHN", "99,289 house numbers, 32×32", "non-commercial use only", f"{_SVHN}/", "svhn",
            (f"{_SVHN}/train_32x32.mat",
             "435e94d69a87fde4fd4d7f3dd208dfc32cb6ae8af2240d066de1df7508d083b8", 182_040_794),
            (f"{_SVHN}/test_32x32.mat",
             "cdce80dfb2a2c4c6160906d0bd7c68ec5a99d7ca4831afa54f09182025b6a75b", 64_275_384),
        ),
        _made(
            "cifar10", "CIFAR-10", "60,000 images, 10 classes", _NO_LICENSE, f"{_TORONTO}/cifar.html", "cifar",
            (f"{_TORONTO}/cifar-10-binary.tar.gz",
             "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd", 170_052_171),
        ),
        _made(
            "cifar100", "CIFAR-100", "60,000 images, 100 classes", _NO_LICENSE, f"{_TORONTO}/cifar.html", "cifar",
            (f"{_TORONTO}/cifar-100-binary.tar.gz",
             "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec", 168_513_733),
        ),
        _file(
            "eurosat", "EuroSAT", "27,000 satellite images, 64×64", "MIT", f"{_EUROSAT}/EuroSAT.zip",
            "8ebea626349354c5328b142b96d0430e647051f26efc2dc974c843f25ecf70bd", 94_280_567, ".zip",
            source="image_folder",
        ),
        _made(
            "flowers", "Flowers", "3,670 photos of 5 flowers", "CC BY 2.0, by photo",
            "https://www.tensorflow.org/datasets/catalog/tf_flowers", "tar",
            (f"{_TENSORFLOW}/example_images/flower_photos.tgz",
             "4c54ace7911aaffe13a365c34f650e71dd5bf1be0a58b464e5a7183e3e595d9c", 228_813_984),
            suffix=".tar", source="image_folder", size=[96, 96],
        ),
        _made(
            "imagenette", "Imagenette", "13,394 photos, 10 classes of ImageNet", "none stated for the photos",
            "https://github.com/fastai/imagenette", "tar",
            ("https://s3.amazonaws.com/fast-ai-imageclas/imagenette2-160.tgz",
             "88daccb09b6fce93f45e6c09ddeb269cce705549e6bff322092a2a5a11489863", 98_948_031),
            suffix=".tar", source="image_folder", size=[128, 128],
        ),
        _made(
            "speech_commands", "Speech Commands", "105,829 recordings of 35 words", "CC BY 4.0",
            "https://arxiv.org/abs/1804.03209", "folder",
            (f"{_TENSORFLOW}/data/speech_commands_v0.02.tar.gz",
             "af14739ee7dc311471de98f5f9d2c9191b18aedfe957f4a6ff791c709868ff58", 2_428_923_189),
            suffix="", lists=("validation_list.txt", "testing_list.txt"), source="frames", labels="folder",
            validation_list=f"{PREFIX}speech_commands/validation_list.txt",
            test_list=f"{PREFIX}speech_commands/testing_list.txt",
        ),
        _made(
            "imdb", "IMDB reviews", "50,000 film reviews, good or bad", "none stated; cite Maas 2011",
            "https://ai.stanford.edu/~amaas/data/sentiment/", "imdb",
            ("https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz",
             "c40f74a18d3b61f90feba1e17730e0d38e8b97c05fde7008942e91923d1658fe", 84_125_825),
            suffix=".csv", lists=("test.txt",), source="text", column="review", target="sentiment", length=256,
            validation_list=f"{PREFIX}imdb/test.txt",
        ),
        _made(
            "ag_news", "AG News", "127,600 news in 4 categories", "non-commercial use; cite Zhang 2015",
            "https://arxiv.org/abs/1509.01626", "ag_news",
            (f"{_AG_NEWS}/train.csv",
             "76a0a2d2f92b286371fe4d4044640910a04a803fdd2538e0f3f29a5c6f6b672e", 29_470_338),
            (f"{_AG_NEWS}/test.csv",
             "521465c2428ed7f02f8d6db6ffdd4b5447c1c701962353eb2c40d548c3c85699", 1_857_427),
            suffix=".csv", lists=("test.txt",), source="text", column="text", target="category",
            validation_list=f"{PREFIX}ag_news/test.txt",
        ),
        _file(
            "tiny_shakespeare", "Tiny Shakespeare", "1,115,394 characters of plays", "public domain", _SHAKESPEARE,
            "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed", 1_115_394, ".txt",
            source="text", task="next token", level="characters", lowercase=False, length=128,
        ),
        _file(
            "penguins", "Palmer penguins", "344 penguins of 3 species", "CC0",
            f"{_TENSORFLOW}/data/palmer_penguins/penguins_size.csv",
            "aa728597b2228a2637e39c6f08e40a80971f4cdac7faf7bc21ff4481ee3e3ae9", 13_519, ".csv",
            source="csv", target="species",
        ),
        _file(
            "titanic", "Titanic", "1,309 passengers, survived or not", "public domain",
            "https://www.openml.org/data/get_csv/16826755/phpMYEkMl",
            "c617db2c7470716250f6f001be51304c76bcc8815527ab8bae734bdca0735737", 117_743, ".csv",
            source="csv", target="survived", ignore="name, ticket, cabin, boat, body, home.dest",
        ),
        _made(
            "adult", "Adult income", "48,842 people, income above $50,000 or not", "CC BY 4.0",
            "https://archive.ics.uci.edu/dataset/2/adult", "adult",
            (f"{_UCI}/adult/adult.data",
             "5b00264637dbfec36bdeaab5676b0b309ff9eb788d63554ca0a249491c86603d", 3_974_305),
            (f"{_UCI}/adult/adult.test",
             "a2a9044bc167a35b2361efbabec64e89d69ce82d9790d2980119aac5fd7e9c05", 2_003_153),
            suffix=".csv", lists=("test.txt",), source="csv", target="income",
            validation_list=f"{PREFIX}adult/test.txt",
        ),
        _file(
            "red_wine", "Red wine quality", "1,599 wines by 11 measures, a number to predict", "CC BY 4.0",
            f"{_UCI}/wine-quality/winequality-red.csv",
            "4a402cf041b025d4566d954c3b9ba8635a3a8a01e039005d97d6a710278cf05e", 84_199, ".csv",
            source="csv", target="quality", task="regression",
        ),
        _made(
            "abalone", "Abalone", "4,177 sea snails, their age to predict", "CC BY 4.0",
            "https://archive.ics.uci.edu/dataset/1/abalone", "abalone",
            (f"{_UCI}/abalone/abalone.data",
             "de37cdcdcaaa50c309d514f248f7c2302a5f1f88c168905eba23fe2fbc78449f", 191_873),
            suffix=".csv", source="csv", target="rings", task="regression",
        ),
    )
}  # fmt: skip


def ready_named(path: str) -> ReadySet | None:
    """The set that a document's path names, one of Hugging Face too, or a list that comes with it; None for a file."""
    if not path.startswith(PREFIX):
        return hub_set(path)
    name, _, beside = path.removeprefix(PREFIX).partition("/")
    item = READY.get(name)
    return item._replace(beside=beside) if item and (not beside or beside in item.lists) else None
