"""batchata: Batch(results_dir, items_per_batch).set_state(reuse_state=True).add_job(messages=...).run().results().
It cuts by count (not by bytes) and keeps a state file. Its job ids are random (8 hex digits): glue keeps which document each one is."""
import os, sys; sys.path[0] = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib")
from glue import *
from batchata import Batch
b = (Batch(results_dir=STATE + "/results", max_parallel_batches=10, items_per_batch=LIMIT, raw_files=False)
     .set_state(file=STATE + "/state.json", reuse_state=True)
     .set_default_params(model=MODEL + "-2024-07-18", temperature=0.0, max_tokens=10)
     .set_verbosity("warn"))
ids = STATE + "/ids.json"
again = os.path.exists(ids) and os.path.exists(STATE + "/state.json")
which = json.load(open(ids)) if again else {}
for d in docs():
    b.add_job(messages=messages(d))
    if not again:
        which[b.jobs[-1].id] = d["id"]
if not again:
    json.dump(which, open(ids, "w"))
r = b.run().results()
got = {which.get(x.job_id): x.raw_response for x in r["completed"]}
why = {}
for k in ("failed", "cancelled"):
    for x in r[k]:
        why[str(x.error)[:80]] = why.get(str(x.error)[:80], 0) + 1
print({k: len(v) for k, v in r.items()}, list(why.items())[:6], file=sys.stderr)
done(*write((d, got.get(d["id"])) for d in docs()))
