"""distilabel: OpenAILLM(use_offline_batch_generation=True, offline_batch_generation_block_until_done=1).generate_outputs(inputs).
It cuts by itself (not settable) and joins by order. base_url is an argument. Its own cache of job ids needs a Pipeline; glue here is none."""
import os, sys; sys.path[0] = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib")
from glue import *
from distilabel.models.llms import OpenAILLM
llm = OpenAILLM(model=MODEL, base_url=BASE, api_key="sk-local", use_offline_batch_generation=True, offline_batch_generation_block_until_done=1,
                generation_kwargs={"max_new_tokens": 10})
llm.load()
ds = list(docs())
try:
    out = llm.generate_outputs(inputs=[messages(d) for d in ds], max_new_tokens=10)
except Exception as e:
    print("generate_outputs:", type(e).__name__, e, file=sys.stderr); out = []
print(len(ds), "documents", len(out), "outputs", file=sys.stderr)
done(*write((d, (out[i]["generations"][0] if i < len(out) and out[i].get("generations") else None)) for i, d in enumerate(ds)))
