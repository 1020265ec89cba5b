"""gpt-batch-api: a TaskManager subclass, as its README and demos have it; run() does everything, a second start goes on.
It cuts (count, MB, tokens, cost), retries lines, holds back by queue limits. client_base_url is an argument. JSON answers (without response_format its auto_parse ends with KeyError)."""
import os, sys; sys.path[0] = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib")
from glue import *
import dataclasses, glob, logging, pydantic
from gpt_batch_api import gpt_requester, task_manager, utils
log = utils.configure_logging()
for h in logging.getLogger().handlers:
    if hasattr(h, "setStream"): h.setStream(sys.stderr)


class Answer(pydantic.BaseModel):
    answer: str


@dataclasses.dataclass
class Answered:
    key: str
    answer: str


class AnsweredFile(task_manager.DataclassListOutputFile[Answered]):
    Dataclass = Answered


class Ask(task_manager.TaskManager):
    def __init__(self, ds, **kw):
        super().__init__(task_dir=STATE, name_prefix="peer", output_factory=AnsweredFile.output_factory(), init_meta=dict(model=MODEL + "-2024-07-18"), **kw)
        self.ds = ds

    def wipe_unfinished(self, wipe_failed, rstack):
        keep = self.T.succeeded_samples.keys()
        if wipe_failed: self.T.failed_samples.clear()
        else: keep = keep | self.T.failed_samples.keys()
        for k in tuple(self.T.committed_samples):
            if k not in keep: del self.T.committed_samples[k]
        return False

    def generate_requests(self):
        for d in self.ds:
            if d["id"] not in self.T.committed_samples:
                self.GR.add_request(gpt_requester.GPTRequest(payload=dict(model=self.T.meta["model"], max_completion_tokens=100, messages=messages(d), response_format=Answer), meta=dict(sample_key=d["id"])))
                if len(self.GR.P) >= LIMIT and self.commit_requests():
                    return False
        return True

    def commit_cached_request(self, cached_req):
        self.T.committed_samples[cached_req.item.req.meta["sample_key"]] = None

    def cached_request_keys(self, cached_reqs):
        return {c.item.req.meta["sample_key"] for c in cached_reqs}

    def process_batch_result(self, result, rstack):
        good, bad, n = [], [], len(self.D.entries)

        @rstack.callback
        def revert():
            for k in good: self.T.succeeded_samples.pop(k, None)
            for k in bad: self.T.failed_samples.pop(k, None)
            del self.D.entries[n:]
        for info in result.info.values():
            k = info.req_info.meta["sample_key"]
            text = None
            if info.err_info is None and info.resp_info is not None and getattr(info.resp_info.payload, "choices", None):
                a = info.resp_info.payload.choices[0].message.parsed
                text = a.answer if isinstance(a, Answer) else None
            if text is not None:
                good.append(k); self.T.succeeded_samples[k] = None
                self.D.entries.append(Answered(key=k, answer=text))
            elif not info.retry:
                bad.append(k); self.T.failed_samples[k] = None
        return bool(good) or bool(bad)


ds = list(docs())
kw = {}
if os.environ.get("ENQ"):
    kw = dict(max_remote_ktokens=max(1, int(os.environ["ENQ"]) // 1000), max_batch_ktokens=max(1, int(os.environ["ENQ"]) // 1000))
ok = Ask(ds, openai_api_key="sk-local", client_base_url=BASE, endpoint="/v1/chat/completions", wandb=False, remote_update_interval=1.0,
         max_batch_requests=LIMIT, min_batch_requests=1, max_retries=2, **kw).run()
print("run() returned", ok, file=sys.stderr)
got = {}
for p in glob.glob(STATE + "/peer_output*.jsonl"):
    for line in open(p):
        r = json.loads(line); got[r["key"]] = r["answer"]
done(*write((d, got.get(d["id"])) for d in ds))
