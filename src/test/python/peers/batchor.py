"""batchor: JsonlItemSource, BatchJob, BatchRunner(SQLiteStorage).start(job, run_id=...), run.wait(), run.export_terminal_results.
It cuts (count and bytes), joins by item id, retries lines, resumes by run id. No base URL of its own: OPENAI_BASE_URL does it."""
import os, sys; sys.path[0] = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib")
from glue import *
from batchor import (BatchJob, BatchRunner, ChunkPolicy, JsonlItemSource, OpenAIEnqueueLimitConfig, OpenAIProviderConfig, PromptParts, RetryPolicy, SQLiteStorage, LocalArtifactStore)
from batchor import OpenAIEndpoint
enq = int(os.environ["ENQ"]) if os.environ.get("ENQ") else None
cfg = OpenAIProviderConfig(model=MODEL, api_key="sk-local", endpoint=OpenAIEndpoint.CHAT_COMPLETIONS, poll_interval_sec=0.5,
                           request_timeout_sec=600, **({"enqueue_limits": OpenAIEnqueueLimitConfig(enqueued_token_limit=enq, target_ratio=1.0)} if enq else {}))
source = JsonlItemSource(DOCS, item_id_from_row=lambda r: r["id"], payload_from_row=lambda r: {"text": r["text"]})
runner = BatchRunner(storage=SQLiteStorage(path=STATE + "/batchor.sqlite3"), artifact_store=LocalArtifactStore(STATE + "/artifacts"))
job = BatchJob(items=source, build_prompt=lambda i: PromptParts(prompt=i.payload["text"], system_prompt=SYSTEM), provider_config=cfg,
               chunk_policy=ChunkPolicy(max_requests=LIMIT), retry_policy=RetryPolicy(max_attempts=3))
run = runner.start(job, run_id="peer")
try:
    run.wait()
except Exception as e:
    print("wait:", type(e).__name__, e, file=sys.stderr)
print(run.summary(), file=sys.stderr)
got, seq, why = {}, 0, {}
while True:
    page = run.read_terminal_results(after_sequence=seq, limit=10000)
    for r in page.items:
        if r.output_text is not None and r.error is None:
            got[r.item_id] = r.output_text
        else:
            k = str(r.error)[:100]; why[k] = why.get(k, 0) + 1
    if page.next_after_sequence == seq or not page.items:
        break
    seq = page.next_after_sequence
print(list(why.items())[:5], file=sys.stderr)
done(*write((d, got.get(d["id"])) for d in docs()))
