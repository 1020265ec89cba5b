"""bespokelabs-curator: a subclass of LLM with prompt and parse, batch=True, backend_params base_url, batch_size, batch_check_interval=1.
It cuts by count, joins (parse gets the row), keeps a cache folder that a second start takes up."""
import os, sys; sys.path[0] = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib")
from glue import *
os.environ.update(CURATOR_CACHE_DIR=STATE + "/cache", TELEMETRY_ENABLED="false", CURATOR_DISABLE_RICH_DISPLAY="1", HF_HUB_OFFLINE="1", HF_HOME=STATE + "/hf", LITELLM_LOCAL_MODEL_COST_MAP="True")
from bespokelabs import curator
from openai.resources.files import AsyncFiles
create = AsyncFiles.create


async def named(self, *, file, **kw):  # it uploads bare bytes, which the SDK names "upload"; `serve` wants a name in .jsonl
    return await create(self, file=("requests.jsonl", file) if isinstance(file, (bytes, bytearray)) else file, **kw)


AsyncFiles.create = named


class Ask(curator.LLM):
    def prompt(self, row):
        return messages(row)

    def parse(self, row, response):
        return {"id": row["id"], "answer": response}


ask = Ask(model_name=MODEL, batch=True, backend="openai", generation_params={"max_tokens": 10},
          backend_params={"base_url": BASE, "batch_size": min(LIMIT, 50000), "batch_check_interval": 1, "require_all_responses": False, "max_retries": 2})
so, sys.stdout = sys.stdout, sys.stderr
r = ask([{"id": d["id"], "text": d["text"]} for d in docs()])
sys.stdout = so
ds = r.dataset if hasattr(r, "dataset") else r
got = {x["id"]: x["answer"] for x in ds}
done(*write((d, got.get(d["id"])) for d in docs()))
