"""Runs the pipelines of Beam YAML on Prism, and one in Python on it and on Python's own runner.

The environment says where: BEAMBATCH_PRISM is the runner, BEAMBATCH_EXPANSION_SERVICE the jar, and
OPENAI_BASE_URL the server. The first argument is a folder for what is written.
"""

import json
import logging
import os
import sys
import time
import typing
from pathlib import Path

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.utils import subprocess_server
from apache_beam.utils.timestamp import Timestamp
from apache_beam.yaml import main as beam_yaml

from beambatch import BatchInference

PRISM = [
    "--runner=PrismRunner",
    f"--prism_location={os.environ['BEAMBATCH_PRISM']}",
    "--environment_type=LOOPBACK",
]
PYTHONS_OWN = ["--runner=FnApiRunner", "--environment_type=LOOPBACK"]


class Review(typing.NamedTuple):
    id: str
    text: typing.Optional[str]
    weight: float
    seen: Timestamp
    picture: bytes
    tags: typing.Sequence[str]
    votes: typing.Mapping[str, int]


GOOD = Review("a", "good", 1.1, Timestamp(1700000000.123456), b"\x00\xff", ["x"], {"up": 1})
WITHOUT_TEXT = Review("b", None, 0.1, Timestamp(1), b"", [], {})


def yaml(name: str, folder: Path) -> None:
    variables = {
        "jar": os.environ["BEAMBATCH_EXPANSION_SERVICE"],
        "run": "r1",
        "staging": str(folder / "staging" / name),
        "output": str(folder) + "/",
        "interval": "100ms",
        "window": "2s",
        "start": int(time.time()),
    }
    beam_yaml.run(
        [
            f"--yaml_pipeline_file=pipelines/beam-yaml/{name}.yaml",
            f"--jinja_variables={json.dumps(variables)}",
        ]
        + PRISM
    )


def python(runner: list[str], staging: Path) -> None:
    beam.coders.registry.register_coder(Review, beam.coders.RowCoder)
    with beam.Pipeline(options=PipelineOptions(runner)) as pipeline:
        answers = (
            pipeline
            | beam.Create([GOOD, WITHOUT_TEXT]).with_output_types(Review)
            | BatchInference(
                model="gpt-4o-mini",
                prompt="Sentiment: {{text}}",
                result_field="sentiment",
                settings={"poll.interval": "100ms"},
                id="id",
                staging=str(staging),
                run="r1",
                errors="errors",
            )
        )
        _ = answers["output"] | "Look at answers" >> beam.Map(check_answer)
        _ = answers["errors"] | "Look at errors" >> beam.Map(check_error)


def check_answer(row) -> None:
    assert Review(*row[:7]) == GOOD, "the row is not what it was"
    assert row.sentiment and row.batch.batch_id.startswith("batch_")
    logging.info("answered %s", row.id)


def check_error(row) -> None:
    assert Review(*row.failed_row) == WITHOUT_TEXT, "the failed row is not what it was"
    assert row.reason == "invalid_document" and "'text'" in row.error_message
    logging.info("failed %s", row.failed_row.id)


def main(folder: Path) -> None:
    logging.getLogger().setLevel(logging.INFO)
    # One service for all of them.
    with subprocess_server.JavaJarServer.cache_subprocesses():
        yaml("labels", folder)
        yaml("stream", folder)
        python(PRISM, folder / "staging" / "prism")
        python(PYTHONS_OWN, folder / "staging" / "own")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
