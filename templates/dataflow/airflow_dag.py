"""A run a day on Dataflow, for workers that have no Java: launches of the flex template.

The submitting job ends when the batches are created. The collecting task launches a short job every
20 minutes, until the run's report exists, and is deferred in between: it holds no worker slot. The
run is named by the DAG run's logical date, so that every retry, and every clearing of a task, goes
on with the same run: what was sent stays sent, and what was paid for is not paid again.

It needs the packages apache-airflow-providers-google and -apache-beam, a triggerer, and a connection whose account
has roles/dataflow.developer, roles/iam.serviceAccountUser on the workers' account, and
roles/storage.objectViewer on the bucket of the runs.

Settings, in the environment of scheduler and workers:

BEAMBATCH_PROJECT        the Google Cloud project
BEAMBATCH_REGION         the region of the jobs; default: europe-west1
BEAMBATCH_TEMPLATE       the template; default: gs://BUCKET/templates/batch-inference.json
BEAMBATCH_BUCKET         the bucket of the runs, without gs://
BEAMBATCH_FOLDER         the folder of the runs in it; default: runs
BEAMBATCH_JOB_FILE       the job file; default: gs://BUCKET/jobs/sentiment.yaml
BEAMBATCH_JOB_NAME       the name that the job file gives; default: sentiment
BEAMBATCH_ROOT           where relative paths of the job file start; default: gs://BUCKET/data
BEAMBATCH_API_KEY_SECRET the version of the secret with the provider's key
BEAMBATCH_ENVIRONMENT    fields of the launch environment, as JSON, such as
                         {"serviceAccountEmail": "…", "subnetwork": "…"}
BEAMBATCH_COLLECT_EVERY  seconds between two looks; default: 1200
"""

import json
import os
from datetime import datetime, timedelta

from airflow.providers.google.cloud.hooks.gcs import GCSHook
from airflow.providers.google.cloud.operators.dataflow import DataflowStartFlexTemplateOperator
from airflow.providers.standard.triggers.temporal import TimeDeltaTrigger
from airflow.sdk import dag, task

PROJECT = os.environ.get("BEAMBATCH_PROJECT", "my-project")
REGION = os.environ.get("BEAMBATCH_REGION", "europe-west1")
BUCKET = os.environ.get("BEAMBATCH_BUCKET", "my-bucket")
FOLDER = os.environ.get("BEAMBATCH_FOLDER", "runs")
TEMPLATE = os.environ.get("BEAMBATCH_TEMPLATE", f"gs://{BUCKET}/templates/batch-inference.json")
JOB_FILE = os.environ.get("BEAMBATCH_JOB_FILE", f"gs://{BUCKET}/jobs/sentiment.yaml")
JOB_NAME = os.environ.get("BEAMBATCH_JOB_NAME", "sentiment")
ROOT = os.environ.get("BEAMBATCH_ROOT", f"gs://{BUCKET}/data")
SECRET = os.environ.get(
    "BEAMBATCH_API_KEY_SECRET", f"projects/{PROJECT}/secrets/openai-key/versions/latest"
)
ENVIRONMENT = json.loads(os.environ.get("BEAMBATCH_ENVIRONMENT", "{}"))
COLLECT_EVERY = timedelta(seconds=float(os.environ.get("BEAMBATCH_COLLECT_EVERY", "1200")))

# All attempts of a job, each as long as its poll.deadline, and some time to spare.
PATIENCE = timedelta(days=4)

# A run that was started by hand may have no date.
RUN = "{{ (logical_date or dag_run.run_after).strftime('%Y%m%d-%H%M%S') }}"
REPORT = f"{FOLDER}/{JOB_NAME}/{RUN}/report.json"


def launch(mode):
    """What an operator needs to launch the template."""
    return {
        "project_id": PROJECT,
        "location": REGION,
        "deferrable": True,
        # One launch of a run at a time: Dataflow refuses a second job of the name of an active one.
        "append_job_name": False,
        "body": {
            "launchParameter": {
                "jobName": f"beam-batch-inference-{RUN}",
                "containerSpecGcsPath": TEMPLATE,
                "environment": ENVIRONMENT,
                "parameters": {
                    "jobFile": JOB_FILE,
                    "root": ROOT,
                    "staging": f"gs://{BUCKET}/{FOLDER}",
                    "apiKeySecret": SECRET,
                    "run": RUN,
                    "mode": mode,
                },
            }
        },
    }


class Collect(DataflowStartFlexTemplateOperator):
    """Collects until the run's report exists: each look is a job, and nothing waits in between."""

    template_fields = (*DataflowStartFlexTemplateOperator.template_fields, "report")

    def __init__(self, *, report, **kwargs):
        super().__init__(**kwargs)
        self.report = report

    def execute_complete(self, context, event):
        super().execute_complete(context, event)
        if GCSHook(gcp_conn_id=self.gcp_conn_id).exists(BUCKET, self.report):
            return self.report
        return self.defer(trigger=TimeDeltaTrigger(COLLECT_EVERY), method_name="look_again")

    def look_again(self, context, event=None):
        return self.execute(context)


@dag(
    dag_id="beam_batch_inference_dataflow",
    schedule="@daily",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    doc_md=__doc__,
)
def beam_batch_inference_dataflow():
    submit = DataflowStartFlexTemplateOperator(
        task_id="submit", retries=3, retry_delay=timedelta(minutes=5), **launch("submit")
    )
    # Not retried: a job that fails says that the run has failed, such as by more failed documents
    # than retry.max_failed allows, and a launch after that finds the run finished. Clear the task to
    # go on after another error.
    collect = Collect(
        task_id="collect",
        report=REPORT,
        retries=0,
        execution_timeout=PATIENCE,
        **launch("collect"),
    )

    @task
    def use(report):
        """What is to be done with the answers comes here."""
        told = json.loads(GCSHook().download(bucket_name=BUCKET, object_name=report))
        print(f"{told['answered']} of {told['documents']} documents are answered")

    submit >> collect
    use(collect.output)


beam_batch_inference_dataflow()
