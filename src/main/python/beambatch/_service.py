"""Finds the expansion service, which knows the transform that is written in Java."""

import os
import re
from pathlib import Path
from typing import Union

from apache_beam.transforms.external import JavaJarExpansionService

JAR = "beam-batch-inference-expansion-service.jar"
VARIABLE = "BEAMBATCH_EXPANSION_SERVICE"

_ADDRESS = re.compile(r"[^/\s]+:[0-9]+")

Service = Union[str, JavaJarExpansionService]


def expansion_service(where: Union[str, os.PathLike[str], None] = None) -> Service:
    """The expansion service, as transforms of other languages take it.

    Args:
      where: the path of the service's jar, which is then started when it is needed, or the address
        ``host:port`` of a service that runs. Without it, the environment variable
        ``BEAMBATCH_EXPANSION_SERVICE`` says the same; else the jar is in this package, or in
        ``target`` of the checkout that this package is in.

    Raises:
      FileNotFoundError: there is no such jar; says how to get one.
    """
    given = os.fspath(where) if where is not None else os.environ.get(VARIABLE)
    if given is not None:
        if _ADDRESS.fullmatch(given):
            return given
        if Path(given).is_file():
            return JavaJarExpansionService(given)
        raise FileNotFoundError(f"there is no jar {given}; {_how()}")
    for place in _places():
        if place.is_file():
            return JavaJarExpansionService(str(place))
    raise FileNotFoundError(f"the expansion service's jar can't be found; {_how()}")


def _places() -> list[Path]:
    package = Path(__file__).resolve().parent
    return [package / JAR] + [
        folder / "target" / JAR for folder in package.parents if (folder / "pom.xml").is_file()
    ]


def _how() -> str:
    return (
        "make it with 'mvn package -DskipTests -Pexpansion-service', which leaves it in target/, "
        f"and name it in {VARIABLE}"
    )
