"""langbatch: OpenAIChatCompletionBatch.create_from_requests, start, get_status, get_results, save and load.
Glue: cutting; joining by custom_id; a file with the ids of saved batches for a second start; one retry() where it says is_retryable_failure()."""
import os, sys; sys.path[0] = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib")
from glue import *
os.environ["LANGBATCH_DATA_PATH"] = STATE
from openai import OpenAI
from langbatch.openai import OpenAIChatCompletionBatch
client = OpenAI(base_url=BASE)
ledger = STATE + "/batches.json"
known = json.load(open(ledger)) if os.path.exists(ledger) else []
todo = []
for i, part in enumerate(chunks()):
    if i < len(known):
        b = OpenAIChatCompletionBatch.load(known[i], batch_kwargs={"client": client})
    else:
        b = OpenAIChatCompletionBatch.create_from_requests(
            [{"custom_id": d["id"], "method": "POST", "url": "/v1/chat/completions", "body": body(d)} for d in part], {"client": client})
        b.start()
        b.save()
        known.append(b.id); json.dump(known, open(ledger, "w"))
    todo.append((part, b))


def pairs():
    for part, b in todo:
        tries = 0
        while True:
            s = b.get_status()
            if s in ("completed", "expired", "cancelled"):
                break
            if s == "failed":
                tries += 1
                if tries > 60 or not b.is_retryable_failure():
                    break
                b.retry()
            time.sleep(0.5)
        good, bad = b.get_results() if s != "failed" else (None, None)
        got = {r["custom_id"]: r["choices"][0]["message"]["content"] for r in good or []}
        if s != "completed" or bad or good is None:
            print(s, "good", len(good or []), "bad", len(bad or []), file=sys.stderr)
        for d in part:
            yield d, got.get(d["id"])


done(*write(pairs()))
