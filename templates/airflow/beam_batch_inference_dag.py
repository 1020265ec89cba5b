"""A run a day: submitted, collected until every answer is there, then used.

No worker slot is held while the provider works: `submit` ends when the batches are created, and the
sensor that collects is rescheduled between two looks. The run is named by the DAG run's logical
date, so that every retry, and every clearing of a task, continues the same run: what was sent
stays sent, and what was paid for is not paid again.

Settings, in the environment of the workers:

BEAMBATCH_COMMAND        how to start the program; default: the launcher below BEAMBATCH_HOME
BEAMBATCH_HOME           where job files and relative paths start; default: /srv/beam-batch-inference
BEAMBATCH_JOB            the job file; default: pipelines/nightly-report.yaml
BEAMBATCH_STAGING        where runs keep their state, on a disk that all workers share
BEAMBATCH_COLLECT_EVERY  seconds between two looks; default: 1200
BEAMBATCH_RETRY_DELAY    seconds before a task that failed is tried again; default: 300
OPENAI_API_KEY           of the provider, and whatever else the job needs
"""

import json
import os
import shlex
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

from airflow.sdk import PokeReturnValue, dag, task
from airflow.sdk.exceptions import AirflowException, AirflowFailException

HOME = os.environ.get("BEAMBATCH_HOME", "/srv/beam-batch-inference")
COMMAND = os.environ.get("BEAMBATCH_COMMAND", "target/dist/bin/beam-batch-inference")
JOB = os.environ.get("BEAMBATCH_JOB", "pipelines/nightly-report.yaml")
STAGING = os.environ.get("BEAMBATCH_STAGING", ".beambatch")
COLLECT_EVERY = float(os.environ.get("BEAMBATCH_COLLECT_EVERY", "1200"))
RETRY_DELAY = timedelta(seconds=float(os.environ.get("BEAMBATCH_RETRY_DELAY", "300")))

# All attempts of a job, each as long as its poll.deadline, and some time to spare.
PATIENCE = timedelta(days=4)

DONE = 0
PENDING = 75

# Trying again doesn't help against these. Every other code is an error that the same command may
# get over: its state is kept. With 2 nothing was sent, and files that are late may come.
FINAL = {
    3: "done, but more documents failed than retry.max_failed allows: look into the failures' files",
    4: "over limits.cost_usd: nothing was sent",
}


def run_name(logical_date, dag_run):
    """The same for every try of a DAG run; a run that was started by hand may have no date."""
    return (logical_date or dag_run.run_after).strftime("%Y%m%dT%H%M%S")


def beambatch(command, run):
    """Runs a command of the program and says whether it is done, or something is pending."""
    words = [*shlex.split(COMMAND), command, JOB, "--run", run, "--staging", STAGING]
    print("$", shlex.join(words), flush=True)
    with subprocess.Popen(
        words, cwd=HOME, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            for line in process.stdout:
                print(line, end="", flush=True)
        except BaseException:
            # The task is being killed. The program keeps its state, and the next try continues.
            process.terminate()
            raise
    code = process.returncode
    if code in (DONE, PENDING):
        return code
    if code in FINAL:
        raise AirflowFailException(f"{command} of run {run}: {FINAL[code]} (exit code {code})")
    raise AirflowException(f"{command} of run {run} stopped with exit code {code}; a retry continues")


@dag(
    dag_id="beam_batch_inference",
    schedule="@daily",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    default_args={"retries": 3, "retry_delay": RETRY_DELAY},
    doc_md=__doc__,
)
def beam_batch_inference():
    @task
    def submit(logical_date=None, dag_run=None):
        """Reads, packs, uploads and creates the batches, as far as there is room for them."""
        beambatch("submit", run_name(logical_date, dag_run))

    @task.sensor(
        mode="reschedule", poke_interval=COLLECT_EVERY, timeout=PATIENCE.total_seconds()
    )
    def collect(logical_date=None, dag_run=None):
        """Looks once: joins and writes what has ended, and sends again what has to be."""
        run = run_name(logical_date, dag_run)
        return PokeReturnValue(is_done=beambatch("collect", run) == DONE, xcom_value=run)

    @task
    def use(run):
        """What is to be done with the answers comes here."""
        job = next(Path(HOME, STAGING).glob(f"*/{run}/report.json"))
        report = json.loads(job.read_text())
        print(f"{report['answered']} of {report['documents']} documents are answered")

    answers = collect()
    submit() >> answers
    use(answers)


beam_batch_inference()
