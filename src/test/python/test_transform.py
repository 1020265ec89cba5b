"""What the package does before anything is expanded."""

import os
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from apache_beam.transforms.external import JavaJarExpansionService

from beambatch import BatchInference, expansion_service


class ExpansionServiceTest(unittest.TestCase):
    def test_takes_an_address_as_it_is(self):
        self.assertEqual(expansion_service("localhost:8097"), "localhost:8097")

    def test_takes_the_jar_that_the_environment_names(self):
        with tempfile.NamedTemporaryFile(suffix=".jar") as jar:
            with mock.patch.dict(os.environ, {"BEAMBATCH_EXPANSION_SERVICE": jar.name}):
                service = expansion_service()
        self.assertIsInstance(service, JavaJarExpansionService)
        self.assertEqual(service.path_to_jar, jar.name)

    def test_says_how_to_get_a_jar_that_is_not_there(self):
        with self.assertRaisesRegex(FileNotFoundError, "no jar /none.jar; make it with 'mvn "):
            expansion_service("/none.jar")


class ConfigurationTest(unittest.TestCase):
    def configuration(self, **arguments):
        return BatchInference(service="localhost:1", **arguments)._configuration

    def test_leaves_out_what_is_not_given(self):
        self.assertEqual(
            self.configuration(run="r1", model="m", prompt="{{text}}", staging="gs://b/s"),
            {"run": "r1", "model": "m", "prompt": "{{text}}", "staging": "gs://b/s"},
        )

    def test_writes_values_as_a_job_file_has_them(self):
        given = self.configuration(
            run="r1",
            body={"input": "{{text}}", "top_k": [1, 2]},
            result_schema={"type": "string", "enum": ["gut", "schön"]},
            settings={"limits.cost_usd": 2.5, "keep_files": True, "poll.interval": "30s"},
            errors="failed",
        )
        self.assertEqual(given["body"], '{"input": "{{text}}", "top_k": [1, 2]}')
        self.assertEqual(given["result_schema"], '{"type": "string", "enum": ["gut", "schön"]}')
        self.assertEqual(
            given["settings"],
            {"limits.cost_usd": "2.5", "keep_files": "true", "poll.interval": "30s"},
        )
        self.assertEqual(given["error_handling"], {"output": "failed"})

    def test_reads_a_job_file_itself(self):
        with tempfile.TemporaryDirectory() as folder:
            job = Path(folder, "job.yaml")
            job.write_text("request: {model: schön}\n", encoding="utf-8")
            self.assertEqual(
                self.configuration(run="r1", job=job)["job"], "request: {model: schön}\n"
            )

    def test_keeps_the_run_in_this_folder(self):
        self.assertEqual(
            self.configuration(run="r1")["staging"], os.path.join(os.getcwd(), ".beambatch")
        )


if __name__ == "__main__":
    unittest.main()
