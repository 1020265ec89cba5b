"""batchwizard: the commands submit, reconcile, watch. It takes ready request files and gives result files back.
Glue: cutting and rendering requests, joining, reconciling what its manifest calls uncertain, submitting again only files that aren't in the manifest."""
import os, sys; sys.path[0] = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib")
from glue import *
import glob, sqlite3, subprocess
bw = os.path.join(os.path.dirname(sys.executable), "batchwizard")
env = dict(os.environ, OPENAI_API_KEY="sk-local", HOME=STATE, XDG_CONFIG_HOME=STATE)


def cmd(*a):
    r = subprocess.run([bw, *a], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print("$", a[0], len(a), "->", r.returncode, r.stdout[-1500:], file=sys.stderr)
    return r.stdout


def manifest():
    dbs = glob.glob(STATE + "/**/jobs.db", recursive=True)
    if not dbs:
        return []
    c = sqlite3.connect(dbs[0]); c.row_factory = sqlite3.Row
    r = [dict(x) for x in c.execute("select * from jobs")]; c.close()
    return r


paths = []
for i, part in enumerate(chunks()):
    p = STATE + "/requests-%05d.jsonl" % i
    if not os.path.exists(p):
        with open(p + ".tmp", "w") as f:
            for d in part:
                f.write(json.dumps({"custom_id": d["id"], "method": "POST", "url": "/v1/chat/completions", "body": body(d)}) + "\n")
        os.replace(p + ".tmp", p)
    paths.append(p)
known = {x["input_path"] for x in manifest()}
new = [p for p in paths if p not in known]
if new:
    cmd("submit", *new)
for x in manifest():  # what its README says to do after an uncertain submission
    if not x["batch_id"]:
        o = cmd("reconcile", x["intent_id"])
        if any(y["intent_id"] == x["intent_id"] and not y["batch_id"] for y in manifest()):
            cmd("reconcile", x["intent_id"], "--discard"); cmd("submit", x["input_path"])
for _ in range(40):
    cmd("watch", "--output-directory", STATE + "/results", "--check-interval", "1", "--max-concurrent-jobs", "50")
    m = manifest()
    if all(x["state"] in ("completed", "failed", "expired", "cancelled") and x["collection_state"] not in ("pending", "failed", "not_ready") for x in m if x["batch_id"]):
        break
got = {}
for p in glob.glob(STATE + "/results/*_results.jsonl"):
    for line in open(p):
        r = json.loads(line)
        if r["response"] and r["response"]["status_code"] == 200:
            got[r["custom_id"]] = r["response"]["body"]["choices"][0]["message"]["content"]
print([(x["state"], x["collection_state"], x["error_summary"]) for x in manifest()], file=sys.stderr)
done(*write((d, got.get(d["id"])) for d in docs()))
