"""UD English treebanks -> ``{train,dev,test}-{ewt,gum-open}.conllu`` and the table of GUM's
licences.

EWT's split files are put together from its source documents; GUM is reduced to the documents whose
texts are under an open licence. Columns DEPS and MISC are dropped, save SpaceAfter.
"""

import collections
import csv
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

_COMMENTS = re.compile(r"# (?:newdoc|newpar|sent_id|text)\b")
# genre of GUM -> licence of its texts, whether that is open
LICENCES = {
    "academic": ("CC BY 4.0", True),
    "bio": ("CC BY-SA 3.0", True),
    "court": ("CC BY 4.0", True),
    "essay": ("CC BY-NC-SA 4.0", False),
    "fiction": ("CC BY-NC-SA 3.0", False),
    "letter": ("CC BY-NC-SA 4.0", False),
    "podcast": ("CC BY-NC-SA 4.0", False),
    "whow": ("CC BY-NC-SA 3.0", False),
    "voyage": ("CC BY-SA 3.0", True),
    "news": ("CC BY 2.5", True),
    "interview": ("CC BY 2.5", True),
    "reddit": ("Reddit terms, non-commercial", False),
    "speech": ("public domain", True),
    "textbook": ("CC BY", True),
    "vlog": ("CC BY", True),
    "conversation": ("CC BY-ND", False),
}


def convert(sources: Path, out: Path) -> None:
    """Write the treebank files into ``out``."""
    out.mkdir(parents=True, exist_ok=True)
    _convert_ewt(sources / "UD_English-EWT", out)
    _convert_gum(sources / "gum", out)


def _blocks(text: str) -> Iterator[list[str]]:
    for block in re.split(r"\n\s*\n", text.strip()):
        if block.strip():
            yield block.split("\n")


def _clean(block: list[str]) -> list[str]:
    out = []
    for line in block:
        if line.startswith("#"):
            if _COMMENTS.match(line) and "newpar_block" not in line:
                out.append(line)
            continue
        cells = line.split("\t")
        if "." in cells[0]:
            continue
        cells[8] = "_"
        cells[9] = "SpaceAfter=No" if "SpaceAfter=No" in cells[9].split("|") else "_"
        out.append("\t".join(cells))
    return out


def _write(path: Path, blocks: Iterable[list[str]]) -> None:
    text = "".join("\n".join(_clean(block)) + "\n\n" for block in blocks)
    path.write_text(text, encoding="utf8")
    print(path.name, text.count("\n\n"), "sentences")


def _convert_ewt(folder: Path, out: Path) -> None:
    for split in ("train", "dev", "test"):
        if split == "train":
            # the released file is kept in parts: one per source document
            listing = (folder / f"not-to-release/file-lists/files.{split}").read_text(
                encoding="utf8"
            )
            texts = [
                (folder / "not-to-release/sources" / name.strip()).read_text(encoding="utf8")
                for name in listing.splitlines()
                if name.strip()
            ]
        else:
            texts = [(folder / f"en_ewt-ud-{split}.conllu").read_text(encoding="utf8")]
        _write(out / f"{split}-ewt.conllu", (block for text in texts for block in _blocks(text)))


def _convert_gum(folder: Path, out: Path) -> None:
    splits = _gum_splits(folder / "splits.md")
    blocks = collections.defaultdict(list)
    table = [("doc", "genre", "split", "tokens", "licence", "in_gum_open", "sourceURL")]
    for path in sorted((folder / "dep").glob("GUM_*.conllu")):
        text = path.read_text(encoding="utf8")
        genre = path.stem.split("_")[1]
        licence, is_open = LICENCES[genre]
        found = re.search(r"sourceURL = (.*)", text)
        url = found.group(1) if found else ""
        if genre == "court" and "linguistics.ucsb.edu" in url:
            licence, is_open = "CC BY-ND", False
        split = splits.get(path.stem, "train")
        tokens = len(re.findall(r"^\d+\t", text, re.MULTILINE))
        table.append((path.stem, genre, split, tokens, licence, "yes" if is_open else "no", url))
        if is_open:
            blocks[split] += list(_blocks(text))
    with (out / "gum_docs_licence.tsv").open("w", encoding="utf8") as file:
        csv.writer(file, delimiter="\t").writerows(table)
    for split in ("train", "dev", "test"):
        _write(out / f"{split}-gum-open.conllu", blocks[split])


def _gum_splits(path: Path) -> dict[str, str]:
    splits, current = {}, "train"
    for line in path.read_text(encoding="utf8").splitlines():
        if heading := re.match(r"## (\S+)", line):
            current = heading.group(1)
        elif entry := re.match(r"\s*\*\s*(G\w+)", line):
            splits[entry.group(1)] = current
    return splits
