"""The transform, with Python's types."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Optional, Union

import apache_beam as beam
from apache_beam.transforms.external import SchemaAwareExternalTransform

from beambatch._service import Service, expansion_service

IDENTIFIER = "beam:schematransform:io.beambatch:batch_inference:v1"


class BatchInference(beam.PTransform):
    """Asks a model about every row, through a provider's batch API.

    The input are rows with a schema, such as ``beam.Row``. The output is a ``PCollection`` of rows:
    the fields that they came with, the answer in the field ``result_field``, and ``batch``, which
    says how the row was answered. With ``errors`` it is a ``dict`` of two: ``output``, and under
    that name the rows that failed: ``failed_row``, ``error_message``, ``reason``, and what else is
    known.

    What is asked is said by a job file, or by ``model`` and ``prompt`` or ``body``; what is given
    beside a job comes on top of it. The provider's key is taken from the environment of each
    worker, such as ``OPENAI_API_KEY``, or from a secret.

    Args:
      run: the run's name. A pipeline that is launched again under the same name continues where it
        ended and pays nothing twice; new rows need a new name.
      job: the path of a job file, whose sections ``request``, ``result``, ``limits``, ``retry``,
        ``poll`` and ``prices`` count.
      provider: such as ``openai``, ``anthropic`` or ``gemini``.
      model: the model's name.
      endpoint: such as ``/v1/embeddings``; else the provider's first.
      prompt: what is asked about each row, with ``{{field}}`` for a value of the row.
      system: what the model is told about its task, beside the prompt.
      body: in place of the prompt, the request's body as the provider documents it.
      result_field: the field that takes the answer; else ``answer``.
      result_schema: a JSON schema that answers have to fit; it also gives the answer its type.
      settings: any other key of a job file's sections, such as ``{"limits.cost_usd": 2.5}``.
      name: names what is asked: its runs are in a folder of this name.
      id: the field that names a row; else rows are named by their content.
      staging: where the run keeps what it knows, local or ``gs://``; else ``.beambatch``. Every
        worker has to reach it.
      secret: a version of a secret in Google Cloud's Secret Manager that holds the key.
      errors: the name of the output that takes failed rows. Without it, a row that fails stops the
        pipeline; rows without end need it.
      service: the path of the expansion service's jar or its address; see ``expansion_service``.
    """

    def __init__(
        self,
        *,
        run: str,
        job: Union[str, os.PathLike[str], None] = None,
        provider: Optional[str] = None,
        model: Optional[str] = None,
        endpoint: Optional[str] = None,
        prompt: Optional[str] = None,
        system: Optional[str] = None,
        body: Union[str, Mapping[str, Any], None] = None,
        result_field: Optional[str] = None,
        result_schema: Union[str, Mapping[str, Any], None] = None,
        settings: Optional[Mapping[str, Any]] = None,
        name: Optional[str] = None,
        id: Optional[str] = None,
        staging: Optional[str] = None,
        secret: Optional[str] = None,
        errors: Optional[str] = None,
        service: Union[str, os.PathLike[str], None] = None,
    ) -> None:
        super().__init__()
        given = {
            "run": run,
            "job": None if job is None else Path(job).read_text(encoding="utf-8"),
            "provider": provider,
            "model": model,
            "endpoint": endpoint,
            "prompt": prompt,
            "system": system,
            "body": _text(body),
            "result_field": result_field,
            "result_schema": _text(result_schema),
            "settings": settings and {key: _text(value) for key, value in settings.items()},
            "name": name,
            "id": id,
            # The service may run in another folder.
            "staging": _absolute(staging or ".beambatch"),
            "secret": secret,
            "error_handling": errors and {"output": errors},
        }
        self._configuration = {key: value for key, value in given.items() if value is not None}
        self._service: Service = expansion_service(service)

    def expand(
        self, rows: beam.PCollection
    ) -> Union[beam.PCollection, dict[str, beam.PCollection]]:
        outputs = rows | SchemaAwareExternalTransform(
            IDENTIFIER,
            self._service,
            rearrange_based_on_discovery=True,
            **self._configuration,
        )
        if "error_handling" in self._configuration:
            return outputs
        return outputs["output"] if isinstance(outputs, dict) else outputs


def _text(value: Any) -> Optional[str]:
    """A value as a job file has it: a text as it is, anything else as JSON."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _absolute(location: str) -> str:
    return location if "://" in location else os.path.abspath(location)
