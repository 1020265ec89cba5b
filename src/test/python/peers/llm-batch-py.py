"""llm-batch-py: StructuredOutputJob over a Polars frame, Runner().run(job) again and again, as cron would, until nothing is in flight.
JSON answers only. It cuts (count and bytes), joins by key, keeps a result cache. base_url is an argument."""
import os, sys; sys.path[0] = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib")
from glue import *
import polars as pl
from pydantic import BaseModel, ConfigDict
from llm_batch_py import BatchConfig, LockConfig, OpenAIConfig, PromptCacheConfig, ResultCacheStoreConfig, Runner, StructuredOutputJob, structured_template


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")  # strict schemas must be closed, and it does not close them
    answer: str


df = pl.DataFrame([{"id": d["id"], "text": d["text"]} for d in docs()])
job = StructuredOutputJob(name="peer", key_cols=["id"], input_df=df,
                          prompt_builder=structured_template(system=SYSTEM, messages="{{ row.text }}", name="p", version="v1"), output_model=Answer,
                          provider=OpenAIConfig(model=MODEL, api_key="sk-local", base_url=BASE, max_output_tokens=100, timeout=600.0),
                          result_cache=ResultCacheStoreConfig(root_uri=STATE + "/cache"), prompt_cache=PromptCacheConfig(mode="off"),
                          lock=LockConfig(ttl_seconds=5), batch=BatchConfig(batch_size=LIMIT if LIMIT < 50000 else None))
runner, runs, idle, last = Runner(), 0, 0, None
while True:
    try:
        out = runner.run(job, metadata_columns=["llm_batch_py_status"])
    except Exception as e:
        print("run:", type(e).__name__, str(e)[:300], file=sys.stderr)
        runs += 1; time.sleep(2)
        if runs > 60: raise
        continue
    runs += 1
    s = runner.last_summary
    line = (s.inflight_rows, s.submitted_rows, s.completed_rows, s.failed_rows)
    if line != last:
        print(runs, s, file=sys.stderr)
    idle = idle + 1 if line == last else 0
    last = line
    if (s.inflight_rows == 0 and s.submitted_rows == 0) or (idle > 15):
        break
    time.sleep(1)
print(runs, "runs", out.columns, file=sys.stderr)
st = out.get_column("llm_batch_py_status").value_counts().to_dicts()
print(st, file=sys.stderr)
col = "answer" if "answer" in out.columns else [c for c in out.columns if c.endswith("answer")][0]
got = dict(zip(out["id"].to_list(), out[col].to_list()))
done(*write((d, got.get(d["id"])) for d in docs()), runs=runs)
