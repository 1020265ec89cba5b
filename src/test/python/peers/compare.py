#!/usr/bin/env python3
"""Compares beam-batch-inference with other tools for batch APIs: the same documents, the same server,
the same faults. The server is `serve` of this project, in a process of its own. It answers with each
request's text, so an answer shows whose it is.

    mvn -q package -DskipTests
    src/test/python/peers/compare.py cost  [--peers a,b] [DOCUMENTS ...]   wall, CPU and memory of the client
    src/test/python/peers/compare.py faults [--peers a,b]                  what each fault costs
    src/test/python/peers/compare.py sizes [DOCUMENTS ...]                 fixed cost and slope, beside a bare script

Tools are installed from PyPI into virtual environments below --home (~/.cache/beam-batch-inference-peers).
"""
import argparse
import collections
import http.client
import http.server
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.abspath(os.path.join(HERE, "../../../.."))
LAUNCHER = os.path.join(ROOT, "target/dist/bin/beam-batch-inference")
OURS, SCRIPT = "beam-batch-inference", "bare_script"
PACKAGES = {
    "batchor": "batchor==0.0.7",
    "gpt-batch-api": "gpt-batch-api==1.0.5",
    "curator": "bespokelabs-curator==0.1.31",
    "llm-batch-py": "llm-batch-py==0.1.8",
    "batchwizard": "batchwizard==0.5.0",
    "batch-openai": "batch-openai==0.4.0",
    "batchata": "batchata==0.4.7",
    "autobatcher": "autobatcher==0.12.0",
    "langbatch": "langbatch==0.1.2",
    "litellm": "litellm==1.110.2",
    "instructor": "instructor==1.17.0",
    "distilabel": "distilabel[openai]==1.5.3",
}
PYTHON_312 = {"batchor", "gpt-batch-api", "batchata"}
ECHO = "Echo the text."
CLASSIFY = "Classify the sentiment as positive, negative or neutral."
TIMEOUT = 300
TOKENS = "8000"
JOB = """\
name: peer
source: {type: jsonl, path: %s, id: id}
request:
  provider: openai
  endpoint: /v1/chat/completions
  model: gpt-4o-mini
  body:
    max_tokens: 10
    messages:
      - {role: system, content: "%s"}
      - {role: user, content: "{{text}}"}
result: {field: answer}
sink: {type: jsonl, path: %s/answers}
failures: {path: %s/failed}
limits: {requests: %d}
# The result files are counted at the end.
keep_files: true
poll: {interval: 500ms}
"""


class Server:
    """`serve`, without latency unless its options say so."""

    def __init__(self, folder, *options):
        command = [LAUNCHER, "serve", "--port", "0", "--dir", os.path.join(folder, "server"), *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.url = re.search(r"https?://\S+", self.process.stdout.readline()).group()
        threading.Thread(target=self.process.stdout.read, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def get(self, path, method="GET", body=None):
        url = urllib.parse.urlparse(self.url)
        connection = http.client.HTTPConnection(url.hostname, url.port, timeout=60)
        connection.request(method, path, body, {"Authorization": "Bearer sk-local"})
        content = connection.getresponse().read()
        connection.close()
        return content

    def stats(self):
        return json.loads(self.get("/_stats"))

    def answered(self):
        """The different answers in the result files that are there: as many as texts that were answered."""
        self.get("/_faults", "DELETE")
        answers, after = set(), ""
        while True:
            page = json.loads(self.get("/v1/batches?limit=100" + after))
            for batch in page["data"]:
                for line in self.lines(batch["output_file_id"]) if batch.get("output_file_id") else []:
                    choices = ((line.get("response") or {}).get("body") or {}).get("choices")
                    if choices:
                        answers.add(said(choices[0]["message"]["content"]))
            if not page["has_more"]:
                return len(answers)
            after = "&after=" + page["data"][-1]["id"]

    def lines(self, file):
        for line in self.get("/v1/files/%s/content" % file).decode().splitlines():
            try:
                yield json.loads(line)
            except ValueError:
                pass


class HeldReplies:
    """A proxy that passes everything on, except the reply to the first creation: who is killed then is
    killed between creation and reply."""

    def __init__(self, server):
        target = urllib.parse.urlparse(server.url)
        self.created = created = threading.Event()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def pass_on(self):
                size = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(size) if size else self.chunked()
                connection = http.client.HTTPConnection(target.hostname, target.port, timeout=60)
                headers = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "content-length", "transfer-encoding", "expect")}
                connection.request(self.command, self.path, body, headers)
                reply = connection.getresponse()
                content = reply.read()
                if self.command == "POST" and self.path.endswith("/batches") and not created.is_set():
                    created.set()
                    threading.Event().wait()
                self.send_response(reply.status)
                for name, value in reply.getheaders():
                    if name.lower() not in ("transfer-encoding", "content-length", "connection"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def chunked(self):
                body = b""
                if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
                    while size := int(self.rfile.readline().strip() or b"0", 16):
                        body += self.rfile.read(size)
                        self.rfile.readline()
                return body or None

            do_GET = do_POST = do_DELETE = pass_on

            def log_message(self, *_):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        self.url = "http://127.0.0.1:%d%s" % (self.http.server_address[1], target.path)


class Peer:
    """One tool on one file of documents. A second start finds the state of the first."""

    def __init__(self, name, home, folder, documents, limit, system=ECHO):
        self.name, self.folder, self.documents = name, folder, documents
        self.out = os.path.join(folder, "out.jsonl")
        self.environment = dict(os.environ, LIMIT=str(limit), SYSTEM=system, STATE=os.path.join(folder, "state"), OPENAI_API_KEY="sk-local")
        if name == OURS:
            job = os.path.join(folder, "job.yaml")
            with open(job, "w") as file:
                file.write(JOB % (documents, system, folder, folder, limit))
            self.command = [LAUNCHER, "run", job, "--run", "peer", "--staging", os.path.join(folder, "staging")]
        else:
            python = sys.executable if name == SCRIPT else os.path.join(home, name, "bin/python")
            self.command = [python, os.path.join(HERE, name + ".py"), "URL", documents, self.out]

    def start(self, url, **more):
        environment = dict(self.environment, OPENAI_BASE_URL=url, **more)
        command = [url if word == "URL" else word for word in self.command]
        log = open(os.path.join(self.folder, "log"), "a")
        return subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)

    def run(self, url, patience=TIMEOUT, **more):
        """Runs it to its end, or kills it after so many seconds: the exit code is negative then."""
        begun = time.monotonic()
        process = self.start(url, **more)
        late = threading.Timer(patience, kill, [process])
        late.start()
        _, status, used = os.wait4(process.pid, 0)
        late.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        return Measured(time.monotonic() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss // 1024, process.returncode)

    def answers(self):
        """The text and the answer of each document that was written with one."""
        pattern = re.compile(r"answers-.*\.jsonl$")
        names = [self.out] if self.name != OURS else [os.path.join(self.folder, n) for n in os.listdir(self.folder) if pattern.match(n)]
        for name in names:
            if os.path.exists(name):
                with open(name) as file:
                    for line in file:
                        document = json.loads(line)
                        if document.get("answer") is not None:
                            yield document["text"], document["answer"]


Measured = collections.namedtuple("Measured", "wall cpu megabytes exit_code")


def kill(process):
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def documents(path, count, long_texts=False):
    words = "the battery lasted three days and I love it but would not buy this awful lid again".split()
    chance = random.Random(1)
    with open(path, "w") as file:
        for i in range(count):
            more = " ".join(chance.choice(words) for _ in range(64)) if long_texts else ""
            file.write(json.dumps({"id": "doc-%d" % i, "text": ("review %d %s" % (i, more)).strip()}) + "\n")
    return path


def install(name, home):
    folder = os.path.join(home, name)
    if name in PACKAGES and not os.path.exists(os.path.join(folder, "installed")):
        python = "python3.12" if name in PYTHON_312 and sys.version_info < (3, 12) else sys.executable
        subprocess.run([python, "-m", "venv", folder], check=True)
        pip = [os.path.join(folder, "bin/pip"), "install", "-q", "--disable-pip-version-check", PACKAGES[name]]
        subprocess.run(pip, check=True)
        open(os.path.join(folder, "installed"), "w").close()


def said(answer):
    """The text that an answer echoes: the server's own words before it, or a field where a tool wants JSON."""
    try:
        return json.loads(answer)["answer"]
    except (ValueError, TypeError, KeyError):
        return str(answer).removeprefix("In short: ")


def judge(peer, server, total):
    """Documents with their own answer, with another's, and requests that were paid more than once."""
    billed = server.stats()["lines_answered"]
    right = wrong = 0
    for text, answer in peer.answers():
        if said(answer) == text:
            right += 1
        else:
            wrong += 1
    text = "%d of %d" % (right, total)
    if wrong:
        text += ", %d with another's answer" % wrong
    return text + "; paid twice %d" % max(0, billed - server.answered())


def faults(names, home):
    cells = [
        ("5 % of lines 500, 1 % missing, 2 % doubled", ["--fault", "line:error_500:5%", "--fault", "line:missing:1%", "--fault", "line:doubled:2%"], None),
        ("first batch expires at 60 %", ["--fault", "batch:expire:1:0.6"], None),
        ("half of the creations lose their reply", ["--fault", "create_batch:lost_reply:50%"], None),
        ("killed while batches run", ["--latency", "8s"], "running"),
        ("killed between creation and reply", ["--latency", "2s"], "creating"),
        ("token limit of one batch", ["--enqueued-tokens", TOKENS, "--latency", "1s"], None),
    ]
    total, limit = 2000, 500
    print("| tool | " + " | ".join(cell[0] for cell in cells) + " |\n" + "|---" * (1 + len(cells)) + "|", flush=True)
    for name in names:
        row = []
        for _, options, moment in cells:
            # Some tools hold back by a limit that they are told.
            limits = {"ENQ": TOKENS} if "--enqueued-tokens" in options else {}
            with tempfile.TemporaryDirectory() as folder, Server(folder, *options) as server:
                peer = Peer(name, home, folder, documents(os.path.join(folder, "documents.jsonl"), total), limit)
                url = kill_at(peer, server, moment) if moment else server.url
                ended = peer.run(url, **limits)
                note = "" if ended.exit_code == 0 else "; killed after %d s" % TIMEOUT if ended.exit_code < 0 else "; exit %d" % ended.exit_code
                row.append(judge(peer, server, total) + note)
        print("| %s | " % name + " | ".join(row) + " |", flush=True)


def kill_at(peer, server, moment):
    """Kills its first start, and returns the URL for the next, which is the same."""
    held = HeldReplies(server) if moment == "creating" else None
    url = held.url if held else server.url
    process = peer.start(url)
    end = time.monotonic() + TIMEOUT
    created = held.created.is_set if held else lambda: server.stats()["batches_created"] > 0
    while not created() and process.poll() is None and time.monotonic() < end:
        time.sleep(0.1)
    if not held:
        time.sleep(3)
    kill(process)
    process.wait()
    return url


def cost(names, home, counts):
    for count in counts or [2000, 20000]:
        print("\n%d documents\n| tool | wall | CPU | MB | |\n|---|---|---|---|---|" % count, flush=True)
        for name in names:
            measure(name, home, count, 500 if count <= 2000 else 5000)


def measure(name, home, count, limit, system=ECHO):
    with tempfile.TemporaryDirectory() as folder, Server(folder, "--latency", "0") as server:
        source = documents(os.path.join(folder, "documents.jsonl"), count, long_texts=system == CLASSIFY)
        peer = Peer(name, home, folder, source, limit, system)
        used = peer.run(server.url, patience=3600)
        right = "%d answers" % sum(1 for _ in peer.answers())
        print("| %s | %.1f s | %.1f s | %d | %s |" % (name, used.wall, used.cpu, used.megabytes, right), flush=True)
        return used


def sizes(home, counts):
    counts = counts or [100_000, 300_000, 800_000, 1_000_000]
    lines = {OURS: [], SCRIPT: []}
    for count in counts:
        print("\n%d documents\n| tool | wall | CPU | MB | |\n|---|---|---|---|---|" % count, flush=True)
        for name in lines:
            lines[name].append((count, measure(name, home, count, 50_000, CLASSIFY)))
    print("\n| tool | fixed cost, wall | a document, wall | fixed cost, CPU | a document, CPU |\n|---|---|---|---|---|")
    for name, measured in lines.items():
        wall, cpu = (least_squares([(n, getattr(m, what)) for n, m in measured]) for what in ("wall", "cpu"))
        print("| %s | %.1f s | %.1f µs | %.1f s | %.1f µs |" % (name, wall[0], wall[1] * 1e6, cpu[0], cpu[1] * 1e6))
    for (count, ours), (_, script) in zip(*lines.values()):
        print("%9d documents: %.2f times as fast as the bare script" % (count, script.wall / ours.wall))


def least_squares(points):
    x = sum(p[0] for p in points) / len(points)
    y = sum(p[1] for p in points) / len(points)
    slope = sum((p[0] - x) * (p[1] - y) for p in points) / sum((p[0] - x) ** 2 for p in points)
    return y - slope * x, slope


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["cost", "faults", "sizes"])
    parser.add_argument("documents", nargs="*", type=int)
    parser.add_argument("--peers", help="names, separated by commas; all if not given")
    parser.add_argument("--home", default=os.path.expanduser("~/.cache/beam-batch-inference-peers"))
    options = parser.parse_intermixed_args()
    if not shutil.which(LAUNCHER):
        parser.error("%s is not there: run mvn -q package -DskipTests first" % LAUNCHER)
    if options.what == "sizes":
        return sizes(options.home, options.documents)
    names = options.peers.split(",") if options.peers else [OURS, *PACKAGES, SCRIPT]
    for name in names:
        install(name, options.home)
    if options.what == "cost":
        cost(names, options.home, options.documents)
    else:
        faults([name for name in names if name != SCRIPT] if not options.peers else names, options.home)


if __name__ == "__main__":
    main()
