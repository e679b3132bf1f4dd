"""Files that promise what they do not hold, never end, or are something else than they are called."""

from __future__ import annotations

import io
import os
import pickle
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

Y = np.arange(20) % 2
X = np.ones((20, 3), np.float32)
Maker = Callable[[Path], dict[str, object]]
BOMBS: dict[str, Maker] = {}
"""Makes each in an empty folder; gives the settings of the data that names it."""


def bomb(make: Maker) -> Maker:
    """Decorator: add one to `BOMBS`."""
    BOMBS[make.__name__] = make
    return make


def npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.asarray(array))
    return buffer.getvalue()


def promise(descr: str, shape: str) -> bytes:
    """The header of an array, as a text that nobody has checked."""
    text = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text


def archive(folder: Path, kind: int = zipfile.ZIP_STORED, **members: bytes) -> dict[str, object]:
    with zipfile.ZipFile(folder / "a.npz", "w", kind) as file:
        for name, content in ({"x": npy(X), "y": npy(Y)} | members).items():
            file.writestr(f"{name}.npy", content)
    return {"source": "numpy", "path": "a.npz"}


def deflated(start: bytes, zeros: int) -> tuple[bytes, int]:
    """A stream of some bytes and many zeros, made of one block over and over; and its length when unpacked."""
    step = 1 << 24
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    head = packer.compress(start) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(step)) + packer.flush(zlib.Z_FULL_FLUSH)
    return head + block * (zeros // step) + packer.flush(), len(start) + zeros // step * step


def packed(folder: Path, start: bytes, zeros: int) -> dict[str, object]:
    """An archive in which x begins so and goes on with zeros; its list of members says so."""
    stream, size = deflated(start, zeros)
    name = b"x.npy"
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 0, 0, len(stream), size, len(name), 0) + name + stream
    y = npy(Y)
    crc = zlib.crc32(y)
    second = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 0, 0, 0, crc, len(y), len(y), 5, 0) + b"y.npy" + y
    listed = struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 8, 0, 0, 0, len(stream), size, 5, 0, 0, 0, 0, 0, 0) + name
    listed += struct.pack(
        "<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 0, 0, 0, crc, len(y), len(y), 5, 0, 0, 0, 0, 0, len(local)
    )
    listed += b"y.npy"
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 2, 2, len(listed), len(local) + len(second), 0)
    (folder / "a.npz").write_bytes(local + second + listed + end)
    return {"source": "numpy", "path": "a.npz"}


@bomb
def targets_of_nothing(folder: Path) -> dict[str, object]:
    return archive(folder, y=promise("<f4", f"({10**18}, 0)"))


@bomb
def examples_of_nothing(folder: Path) -> dict[str, object]:
    return archive(folder, x=promise("<f4", f"({10**18}, 0)"), y=promise("<f4", f"({10**18}, 0)"))


@bomb
def labels_of_no_letters(folder: Path) -> dict[str, object]:
    return archive(folder, y=promise("<U0", f"({10**15},)"))


@bomb
def examples_beyond_memory(folder: Path) -> dict[str, object]:
    return archive(folder, x=promise("<f4", f"({10**9}, {10**6})"))


@bomb
def a_dimension_of_four_thousand_digits(folder: Path) -> dict[str, object]:
    return archive(folder, x=promise("<f4", f"({'9' * 4000},)"))


@bomb
def a_dimension_below_zero(folder: Path) -> dict[str, object]:
    return archive(folder, x=promise("<f4", "(-5, 3)"))


@bomb
def a_small_archive_of_gigabytes(folder: Path) -> dict[str, object]:
    return packed(folder, promise("<f4", f"({250_000_000}, 4)"), 4_000_000_000)


@bomb
def a_header_of_gigabytes(folder: Path) -> dict[str, object]:
    return packed(folder, b"\x93NUMPY\x02\x00" + struct.pack("<L", 4_000_000_000), 4_000_000_000)


@bomb
def gigabytes_with_five_targets(folder: Path) -> dict[str, object]:
    with open(folder / "x.npy", "wb") as file:
        file.write(promise("<f4", "(750000, 1000)"))
        file.truncate(file.tell() + 3_000_000_000)
    np.save(folder / "y.npy", Y[:5])
    return {"source": "numpy", "path": "x.npy", "y_path": "y.npy"}


@bomb
def targets_of_gigabytes(folder: Path) -> dict[str, object]:
    with open(folder / "y.npy", "wb") as file:
        file.write(promise("<f8", "(400000000,)"))
        file.truncate(file.tell() + 3_200_000_000)
    np.save(folder / "x.npy", X)
    return {"source": "numpy", "path": "x.npy", "y_path": "y.npy"}


@bomb
def a_header_of_brackets(folder: Path) -> dict[str, object]:
    return archive(folder, x=promise("<f4", "(" * 4000 + ")" * 4000))


@bomb
def a_header_of_signs(folder: Path) -> dict[str, object]:
    return archive(folder, x=promise("<f4", "-" * 9000 + "1"))


@bomb
def a_list_of_members_without_end(folder: Path) -> dict[str, object]:
    settings = archive(folder)
    content = (folder / "a.npz").read_bytes()
    listed = content[content.index(b"PK\1\2") : content.index(b"PK\5\6")] * 60_000
    start = content.index(b"PK\1\2")
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, len(listed), start, 0)
    (folder / "a.npz").write_bytes(content[:start] + listed + end)
    return settings


@bomb
def a_member_in_lzma(folder: Path) -> dict[str, object]:
    return archive(folder, zipfile.ZIP_LZMA)


@bomb
def a_member_in_bzip2(folder: Path) -> dict[str, object]:
    return archive(folder, zipfile.ZIP_BZIP2)


@bomb
def a_pickle_for_an_array(folder: Path) -> dict[str, object]:
    (folder / "a.npy").write_bytes(pickle.dumps([os.getcwd]))
    return {"source": "numpy", "path": "a.npy", "y_path": "a.npy"}


@bomb
def objects_in_an_archive(folder: Path) -> dict[str, object]:
    return archive(folder, x=promise("|O", "(20,)") + pickle.dumps([1]))


@bomb
def a_device_for_an_array(folder: Path) -> dict[str, object]:
    return {"source": "numpy", "path": "/dev/zero", "y_path": "/dev/zero"}


@bomb
def a_pipe_for_an_array(folder: Path) -> dict[str, object]:
    os.mkfifo(folder / "a.npz")
    return {"source": "numpy", "path": "a.npz"}


@bomb
def a_device_for_a_table(folder: Path) -> dict[str, object]:
    return {"source": "csv", "path": "/dev/zero"}


@bomb
def a_pipe_for_a_table(folder: Path) -> dict[str, object]:
    os.mkfifo(folder / "a.csv")
    return {"source": "csv", "path": "a.csv"}


@bomb
def a_table_of_one_line(folder: Path) -> dict[str, object]:
    with open(folder / "a.csv", "wb") as file:
        for _ in range(75):
            file.write(b"1," * (1 << 21))
    return {"source": "csv", "path": "a.csv"}


@bomb
def a_row_of_endless_quotes(folder: Path) -> dict[str, object]:
    (folder / "a.csv").write_bytes(b"a,b\n1,2\n" + b'"\n",' * (1 << 23))
    return {"source": "csv", "path": "a.csv"}


@bomb
def a_quote_that_never_ends(folder: Path) -> dict[str, object]:
    (folder / "a.csv").write_bytes(b'a,b\n1,2\n"' + b"1,2\n" * (1 << 23))
    return {"source": "csv", "path": "a.csv"}


@bomb
def a_table_of_a_terabyte(folder: Path) -> dict[str, object]:
    with open(folder / "a.csv", "wb") as file:
        file.write(b"a,b\n1,2\n")
        file.truncate(1 << 40)
    return {"source": "csv", "path": "a.csv"}


ARFF = b"@relation r\n@attribute a numeric\n@attribute b {x,y}\n@data\n"


def arff(folder: Path, content: bytes) -> dict[str, object]:
    (folder / "a.arff").write_bytes(content)
    return {"source": "csv", "path": "a.arff"}


@bomb
def a_row_of_endless_attributes(folder: Path) -> dict[str, object]:
    return arff(folder, ARFF + b"1," * (1 << 25))


@bomb
def an_attribute_of_endless_categories(folder: Path) -> dict[str, object]:
    return arff(folder, b"@relation r\n@attribute a {" + b"1," * (1 << 20) + b"2}\n@data\n1\n")


@bomb
def an_attribute_of_escaped_quotes(folder: Path) -> dict[str, object]:
    return arff(folder, b"@relation r\n@attribute '" + b"\\'" * (1 << 20) + b"\n@data\n1\n")


@bomb
def millions_of_attributes(folder: Path) -> dict[str, object]:
    return arff(folder, b"@relation r\n" + b"@attribute a numeric\n" * (1 << 21))


@bomb
def remarks_without_end(folder: Path) -> dict[str, object]:
    return arff(folder, b"@relation r\n" + b"% x\n" * (1 << 24))


@bomb
def rows_of_what_they_leave_out(folder: Path) -> dict[str, object]:
    names = b"".join(b"@attribute a%d numeric\n" % number for number in range(30_000))
    return arff(folder, b"@relation r\n" + names + b"@data\n" + b"{1 5}\n" * 8_000_000)


@bomb
def an_attribute_that_is_not_there(folder: Path) -> dict[str, object]:
    return arff(folder, ARFF + b"{0 1}\n{999999999999 1}\n")


@bomb
def zeros_for_rows_of_attributes(folder: Path) -> dict[str, object]:
    return arff(folder, ARFF + bytes(100_000_000))


def libsvm(folder: Path, content: bytes, size: int = 0) -> dict[str, object]:
    with open(folder / "a.libsvm", "wb") as file:
        file.write(content)
        file.truncate(max(size, len(content)))
    return {"source": "numpy", "path": "a.libsvm"}


@bomb
def a_place_of_a_billion(folder: Path) -> dict[str, object]:
    return libsvm(folder, b"1 1:1\n0 1000000000:1\n" * 10_000)


@bomb
def a_place_beyond_all_arrays(folder: Path) -> dict[str, object]:
    return libsvm(folder, b"1 1:1\n0 99999999999999999999:1\n")


@bomb
def a_place_of_thousands_of_digits(folder: Path) -> dict[str, object]:
    return libsvm(folder, b"1 1:1\n0 " + b"9" * 5000 + b":1\n")


@bomb
def a_terabyte_of_zeros_for_examples(folder: Path) -> dict[str, object]:
    return libsvm(folder, b"1 1:1\n0 2:1\n", 1 << 40)


@bomb
def an_example_without_end(folder: Path) -> dict[str, object]:
    return libsvm(folder, b"1 " + b"1:1 " * (1 << 25))


@bomb
def remarks_without_examples(folder: Path) -> dict[str, object]:
    return libsvm(folder, b"# x\n" * (1 << 24))


def mat_part(kind: int, content: bytes, promised: int | None = None) -> bytes:
    """A part of a MATLAB file, which may promise more bytes than it has."""
    length = len(content) if promised is None else promised
    return struct.pack("<II", kind, length) + content + bytes(-len(content) % 8 if kind != 15 else 0)


def mat_array(name: str, *shape: int, content: bytes = b"", promised: int | None = None) -> bytes:
    about = mat_part(6, struct.pack("<II", 6, 0)) + mat_part(5, struct.pack(f"<{len(shape)}i", *shape))
    about += mat_part(1, name.encode())
    whole = None if promised is None else len(about) + promised + 8
    return mat_part(14, about + mat_part(9, content, promised), whole)


def mat(folder: Path, *parts: bytes) -> dict[str, object]:
    head = b"MATLAB 5.0 MAT-file".ljust(124) + struct.pack("<H", 0x0100) + b"IM"
    (folder / "a.mat").write_bytes(head + b"".join(parts))
    return {"source": "numpy", "path": "a.mat"}


@bomb
def a_matrix_beyond_memory(folder: Path) -> dict[str, object]:
    labels = mat_array("y", 20, 1, content=np.arange(20.0).tobytes())
    return mat(folder, labels, mat_array("x", 1 << 30, 1 << 10, promised=0xFFFFF000))


@bomb
def a_matrix_below_zero(folder: Path) -> dict[str, object]:
    labels = mat_array("y", 20, 1, content=np.arange(20.0).tobytes())
    return mat(folder, mat_array("x", -5, 3, content=bytes(120)), labels)


@bomb
def a_packed_matrix_of_gigabytes(folder: Path) -> dict[str, object]:
    start = mat_array("x", 125_000_000, 4, promised=4_000_000_000)
    return mat(folder, mat_part(15, zlib.compress(start + bytes(1 << 25))))


@bomb
def hundreds_of_thousands_of_matrices(folder: Path) -> dict[str, object]:
    return mat(folder, mat_array("x", 1, 1, content=bytes(8)) * 500_000)


@bomb
def a_matrix_that_is_cut_off(folder: Path) -> dict[str, object]:
    labels = mat_array("y", 20, 1, content=np.arange(20.0).tobytes())
    return mat(folder, labels, mat_array("x", 20, 3, content=bytes(480))[:200])


def image_folder(folder: Path, **files: bytes) -> dict[str, object]:
    """Two classes of which the first holds these files, named by their formats."""
    for name in ("cat", "dog"):
        (folder / name).mkdir()
    for name, content in files.items():
        stem, _, suffix = name.rpartition("_")
        (folder / "cat" / f"{stem}.{suffix}").write_bytes(content)
    return {"source": "image_folder", "path": "."}


def png(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG whose header promises so many pixels, and holds few."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", header), *chunks, (b"IDAT", zlib.compress(bytes(100))), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


POSTSCRIPT = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n{ } loop\nshowpage\n"


@bomb
def a_program_for_a_picture(folder: Path) -> dict[str, object]:
    return image_folder(folder, a_png=POSTSCRIPT, b_jpg=POSTSCRIPT, c_tiff=POSTSCRIPT)


@bomb
def pictures_of_88_megapixels(folder: Path) -> dict[str, object]:
    return image_folder(folder, **{f"p{number}_png": png(9_400, 9_400) for number in range(8)})


@bomb
def pictures_of_a_billion_pixels(folder: Path) -> dict[str, object]:
    gif = b"GIF89a\xff\xff\xff\xff\x80\x00\x00" + bytes(6) + b",\0\0\0\0\xff\xff\xff\xff\0\x02\x02D\x01\0;"
    bmp = b"BM" + struct.pack("<IHHIIIIHHIIIIII", 54, 0, 0, 54, 40, 60_000, 60_000, 1, 24, 0, 0, 0, 0, 0, 0)
    return image_folder(folder, a_png=png(1 << 30, 1), b_gif=gif, c_bmp=bmp, d_ppm=b"P6\n60000 60000\n255\n")


@bomb
def a_text_in_a_picture(folder: Path) -> dict[str, object]:
    packed_text = zlib.compress(bytes(200_000_000))
    return image_folder(folder, a_png=png(4, 4, (b"zTXt", b"Comment\0\0" + packed_text)))


@bomb
def a_color_profile_in_a_picture(folder: Path) -> dict[str, object]:
    return image_folder(folder, a_png=png(4, 4, (b"iCCP", b"p\0\0" + zlib.compress(bytes(200_000_000)))))


@bomb
def a_tag_of_gigabytes_in_a_picture(folder: Path) -> dict[str, object]:
    tags = [(256, 4, 1, 4), (257, 4, 1, 4), (273, 4, 1, 8), (270, 2, 1 << 31, 64), (700, 1, 1 << 31, 64)]
    listed = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", *tag) for tag in tags) + bytes(4)
    settings = image_folder(folder, a_tiff=b"II*\0" + struct.pack("<I", 8) + listed)
    with open(folder / "cat" / "a.tiff", "r+b") as file:
        file.truncate(1 << 32)
    return settings


@bomb
def a_pipe_among_pictures(folder: Path) -> dict[str, object]:
    settings = image_folder(folder)
    os.mkfifo(folder / "cat" / "a.png")
    return settings


@bomb
def a_device_among_pictures(folder: Path) -> dict[str, object]:
    settings = image_folder(folder)
    (folder / "cat" / "a.png").symlink_to("/dev/zero")
    (folder / "cat" / "b.png").symlink_to("b.png")
    return settings


@bomb
def a_device_for_a_folder(folder: Path) -> dict[str, object]:
    return {"source": "image_folder", "path": "/dev/zero"}
