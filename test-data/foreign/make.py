"""Writes the files of this folder anew, as other programs write them, with the documents that they should be.

    python3 -m venv venv && venv/bin/pip install -r requirements.txt && venv/bin/python make.py [FOLDER]

Files go to FOLDER/files, documents to FOLDER/expected; FOLDER is this one by default. A module for each
kind of files has a function make(maker).
"""

import importlib
import sys

from common import HERE, Maker

MODULES = ["parquet_files", "avro_files", "text_files"]


def main():
    maker = Maker(sys.argv[1] if len(sys.argv) > 1 else HERE)
    for name in MODULES:
        if (HERE / (name + ".py")).exists():
            importlib.import_module(name).make(maker)
    print(len(list(maker.expected.iterdir())), "files")


if __name__ == "__main__":
    main()
