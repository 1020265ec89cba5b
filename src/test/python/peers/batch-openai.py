"""batch-openai: builder.submit(client), job.wait(), result.join(); registry for a second start, as its README has it.
Glue: cutting into batches; finding a batch of an earlier start by its description; going on when one batch fails."""
import os, sys; sys.path[0] = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib")
from pathlib import Path
from openai import OpenAI
from batch_openai import BatchJobError, BatchRegistry, BatchRequestBuilder
from glue import *
client = OpenAI(base_url=BASE)
registry = BatchRegistry(Path(STATE) / "registry.db")
known = {r.description: r.batch_id for r in registry.list()}
todo = []
for i, part in enumerate(chunks()):
    name = "part-%d" % i
    if name in known:
        job = registry.get(known[name], client)
    else:
        b = BatchRequestBuilder()
        for d in part:
            b.add(messages=messages(d), model=MODEL, max_tokens=10, custom_id=d["id"])
        try:
            job = b.submit(client, description=name)
        except Exception as e:
            print("submit failed:", e, file=sys.stderr); job = None
        if job:
            registry.track(job)
    todo.append((part, job))


def pairs():
    for part, job in todo:
        try:
            if job is None:
                raise BatchJobError("not submitted", "-")
            result = job.wait(poll_interval=0.5)
            for x in result.join(part, key=lambda d: d["id"]):
                yield x.input, (x.output.content if x.output is not None and not x.output.error else None)
        except BatchJobError as e:
            print("batch lost:", e, file=sys.stderr)
            for d in part:
                yield d, None


done(*write(pairs()))
