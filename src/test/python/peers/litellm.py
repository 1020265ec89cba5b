"""litellm: create_file, create_batch, retrieve_batch, file_content. It's the API in litellm's words:
glue cuts, polls, joins, and keeps the ids of batches in a file for a second start."""
import os, sys; sys.path[0] = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib")
from glue import *
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # it would fetch a price list from the net
import litellm
kw = dict(custom_llm_provider="openai", api_base=BASE, api_key="sk-local")
ledger = STATE + "/batches.json"
known = json.load(open(ledger)) if os.path.exists(ledger) else []
todo = []
for i, part in enumerate(chunks()):
    if i >= len(known):
        p = STATE + "/requests-%d.jsonl" % i
        with open(p, "w") as f:
            for d in part:
                f.write(json.dumps({"custom_id": d["id"], "method": "POST", "url": "/v1/chat/completions", "body": body(d)}) + "\n")
        fo = litellm.create_file(file=open(p, "rb"), purpose="batch", **kw)
        b = litellm.create_batch(completion_window="24h", endpoint="/v1/chat/completions", input_file_id=fo.id, **kw)
        known.append(b.id); json.dump(known, open(ledger, "w"))
    todo.append((part, known[i]))


def pairs():
    for part, bid in todo:
        while True:
            b = litellm.retrieve_batch(batch_id=bid, **kw)
            if b.status in ("completed", "failed", "expired", "cancelled"):
                break
            time.sleep(0.5)
        if b.status != "completed":
            print(bid, b.status, file=sys.stderr)
        got = {}
        if b.output_file_id:
            c = litellm.file_content(file_id=b.output_file_id, **kw)
            for line in c.content.decode().splitlines():
                r = json.loads(line)
                if r["response"] and r["response"]["status_code"] == 200:
                    got[r["custom_id"]] = r["response"]["body"]["choices"][0]["message"]["content"]
        for d in part:
            yield d, got.get(d["id"])


done(*write(pairs()))
