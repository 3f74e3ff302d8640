from __future__ import annotations

import gzip
import hashlib
import io
import zipfile

import pytest
import zstandard

from crm_sync.exceptions import FatalSourceError, UnexpectedResponseError
from crm_sync.sources.files import extra_packages, zstandard_frames
from crm_sync.sources.files.path_store import PathStore
from crm_sync.sources.files.snapshot import check_encoding, take_snapshot
from crm_sync.sources.files.store import FileFacts

CONTENT = b"id,name\n1,a\n"


def zip_of(*members: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def zst(content: bytes, **words: object) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True, **words).compress(content)


SKIPPED = b"\x50\x2a\x4d\x18\x03\0\0\0abc"
"""A frame without data."""


def spoil(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :]


def write(folder, content: bytes):
    (folder / "packed").write_bytes(content)
    return folder / "packed"


def snapshot(tmp_path, content: bytes, *, max_bytes: int = 10_000):
    base, folder = tmp_path / "base", tmp_path / "copies"
    base.mkdir()
    folder.mkdir()
    (base / "a").write_bytes(content)
    store = PathStore(base)
    return take_snapshot(store, store.list("a")[0], folder, known=None, max_bytes=max_bytes)


@pytest.mark.parametrize(
    "packed",
    [
        CONTENT,
        gzip.compress(CONTENT, mtime=0),
        zip_of(("a.csv", CONTENT)),
        zip_of(("in/", b""), ("in/a.csv", CONTENT)),
        zip_of(("a.csv", CONTENT), ("__MACOSX/._a.csv", b"\0"), (".DS_Store", b"\0"), ("in/thumbs.db", b"")),
        gzip.compress(CONTENT[:7], mtime=0) + gzip.compress(CONTENT[7:], mtime=0) + b"\0\0",
        zst(CONTENT),
        zst(CONTENT[:7]) + zst(b"") + zst(CONTENT[7:]),
        SKIPPED + zst(CONTENT[:7], write_content_size=False) + SKIPPED + zst(CONTENT[7:]),
    ],
    ids=[
        *("plain", "gzip", "zip", "zip_with_folder", "zip_with_clutter", "gzip_of_two_members"),
        *("zst", "zst_of_three_frames", "zst_with_frames_to_skip"),
    ],
)
def test_snapshot_is_the_unpacked_file_and_the_packed_fingerprint(tmp_path, packed):
    shot = snapshot(tmp_path, packed)
    assert shot.path.read_bytes() == CONTENT
    assert shot.facts.sha256 == hashlib.sha256(packed).hexdigest()
    assert [path for path in shot.path.parent.iterdir() if path != shot.path] == []


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        (b"", FatalSourceError, "is empty"),
        (b"\xef\xbb\xbf", FatalSourceError, "is empty"),
        (b"\n" * 5000, FatalSourceError, "is empty"),
        (gzip.compress(b"", mtime=0), FatalSourceError, "is empty"),
        (b"<!DOCTYPE html><html>", UnexpectedResponseError, "is a web page"),
        (b"\xef\xbb\xbf\n <HTML lang='en'>", UnexpectedResponseError, "is a web page"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n",
            FatalSourceError,
            "Git LFS pointer",
        ),
        (gzip.compress(CONTENT, mtime=0)[:-4], FatalSourceError, "can't be unpacked"),
        (gzip.compress(CONTENT, mtime=0)[:5] + b"\0\0\0\0\0\0\0\0\0", FatalSourceError, "can't be unpacked"),
        (
            gzip.compress(CONTENT, mtime=0) + gzip.compress(CONTENT, mtime=0)[:-9],
            FatalSourceError,
            "can't be unpacked",
        ),
        (gzip.compress(CONTENT, mtime=0) + b"garbage", FatalSourceError, "can't be unpacked"),
        (gzip.compress(CONTENT, mtime=0)[:-8] + b"\0\0\0\0\x0c\0\0\0", FatalSourceError, "can't be unpacked"),
        (zip_of(("a.csv", CONTENT))[:-30], FatalSourceError, "can't be unpacked"),
        (spoil(zip_of(("a.csv", CONTENT)), 40), FatalSourceError, "can't be unpacked"),
        (zip_of(("__MACOSX/._a.csv", CONTENT)), FatalSourceError, "a zip of 0 files"),
        (zip_of(("a.csv", CONTENT), ("b.csv", CONTENT)), FatalSourceError, "a zip of 2 files"),
        (
            zip_of(("[Content_Types].xml", b"x"), ("xl/a.xml", b"x")),
            FatalSourceError,
            r"spreadsheet \(\.xlsx\)",
        ),
        (gzip.compress(b"x" * 20_000, mtime=0), FatalSourceError, "larger than max_bytes"),
        (zip_of(("a.csv", b"x" * 20_000)), FatalSourceError, "larger than max_bytes"),
        (zst(CONTENT)[:-1], FatalSourceError, "can't be unpacked: it ends inside of a Zstandard frame"),
        (zst(CONTENT)[:6], FatalSourceError, "can't be unpacked: it ends inside of a Zstandard frame"),
        (zst(CONTENT) + zst(CONTENT)[:-9], FatalSourceError, "ends inside of a Zstandard frame"),
        (zst(CONTENT) + b"garbage", FatalSourceError, "can't be unpacked"),
        (spoil(zst(CONTENT), 12), FatalSourceError, "can't be unpacked"),
        (zst(CONTENT)[:-4] + b"\0\0\0\0", FatalSourceError, "can't be unpacked"),
        (zst(b""), FatalSourceError, "is empty"),
        (SKIPPED, FatalSourceError, "is empty"),
        (zst(b"x" * 20_000), FatalSourceError, "larger than max_bytes"),
        (lambda: zst(b"x" * 2**28), FatalSourceError, "larger than max_bytes"),
    ],
    ids=[
        *("zero", "bom_only", "blank", "empty_gzip", "html", "html_after_bom", "lfs", "cut_gzip", "bad_gzip"),
        *(
            "cut_second_member",
            "gzip_and_garbage",
            "gzip_check_sum",
            "cut_zip",
            "zip_entry",
            "zip_of_clutter",
        ),
        *("two_members", "spreadsheet", "gzip_bomb", "zip_bomb"),
        *("cut_zst", "head_of_zst", "cut_second_frame", "zst_and_garbage", "bad_zst", "zst_check_sum"),
        *("empty_zst", "zst_without_data", "zst_bomb", "large_zst_bomb"),
    ],
)
def test_snapshot_of_what_is_no_data_fails_with_one_sentence(tmp_path, content, error, message):
    content = content() if callable(content) else content
    with pytest.raises(error, match=message):
        snapshot(tmp_path, content)


@pytest.mark.parametrize(
    ("head", "encoding", "codec"),
    [
        (b"id", "utf-8", "utf-8-sig"),
        (b"\xef\xbb\xbfid", "UTF8", "utf-8-sig"),
        (b"\xef\xbb\xbfid", "utf-8-sig", "utf-8-sig"),
        (b"id", "cp1252", "cp1252"),
        (b"\xff\xfei\0", "utf-16", "utf-16"),
        (b"\xff\xfei\0", "utf-16-le", "utf-16"),
        (b"i\0d\0", "utf-16-le", "utf-16-le"),
    ],
)
def test_encoding_that_fits_the_file_is_used(tmp_path, head, encoding, codec):
    (tmp_path / "a").write_bytes(head)
    assert check_encoding(FileFacts("a"), tmp_path / "a", encoding) == codec


@pytest.mark.parametrize(
    ("head", "encoding", "message"),
    [
        (
            b"\xff\xfei\0",
            "utf-8",
            "mark of UTF-16, but its encoding is declared as utf-8; set encoding to utf-16",
        ),
        (b"\xef\xbb\xbfid", "cp1252", "set encoding to utf-8"),
        (b"\xff\xfe\0\0", "utf-16", "set encoding to utf-32"),
        (b"id", "x-unknown", "charset x-unknown is unknown"),
    ],
)
def test_encoding_that_contradicts_the_file_fails(tmp_path, head, encoding, message):
    (tmp_path / "a").write_bytes(head)
    with pytest.raises(FatalSourceError, match=message):
        check_encoding(FileFacts("a"), tmp_path / "a", encoding)


def test_missing_package_is_one_sentence_that_names_the_extra(tmp_path, monkeypatch):
    def refuse_import(module):
        raise ImportError(module)

    monkeypatch.setattr(extra_packages, "import_module", refuse_import)
    with pytest.raises(
        FatalSourceError, match=r"zstandard is not installed .*pip install 'crm-sync\[files\]'"
    ):
        snapshot(tmp_path, zst(CONTENT))


def test_bomb_of_zstandard_is_never_in_memory_whole(tmp_path):
    content = zst(b"x" * 2**28)
    with zstandard_frames.open_zstandard(FileFacts("a"), write(tmp_path, content)) as stream:
        assert max(len(piece) for piece in iter(lambda: stream.read(0), b"")) <= 2**25
