"""instructor: BatchProcessor("openai/MODEL", Model).create_batch_from_messages, submit_batch, get_batch_status, retrieve_results.
JSON answers only; its ids are request-0, request-1 …, so glue joins by number; glue cuts, polls, keeps batch ids. OPENAI_BASE_URL."""
import os, sys; sys.path[0] = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib")
from glue import *
from pydantic import BaseModel
from instructor.batch import BatchProcessor


class Answer(BaseModel):
    answer: str


p = BatchProcessor("openai/" + MODEL, Answer)
ledger = STATE + "/batches.json"
known = json.load(open(ledger)) if os.path.exists(ledger) else []
todo = []
with open(os.devnull, "w") as null:
    for i, part in enumerate(chunks()):
        if i >= len(known):
            so, sys.stdout = sys.stdout, null
            path = p.create_batch_from_messages([messages(d) for d in part], file_path=STATE + "/requests-%d.jsonl" % i, max_tokens=100)
            known.append(p.submit_batch(path)); json.dump(known, open(ledger, "w"))
            sys.stdout = so
        todo.append((part, known[i]))


def pairs():
    for part, bid in todo:
        while True:
            s = p.get_batch_status(bid)["status"]
            if s in ("completed", "failed", "expired", "cancelled"):
                break
            time.sleep(0.5)
        got, bad = {}, 0
        try:
            for r in p.retrieve_results(bid):
                if getattr(r, "result", None) is not None:
                    got[int(r.custom_id.split("-")[1])] = r.result.answer
                else:
                    bad += 1
        except Exception as e:
            print("batch lost:", e, file=sys.stderr)
        if bad or len(got) < len(part):
            print("good", len(got), "bad", bad, "of", len(part), file=sys.stderr)
        for i, d in enumerate(part):
            yield d, got.get(i)


done(*write(pairs()))
