"""A bare script: the five steps of the provider's guide with the standard library. It handles no fault."""
import os, sys; sys.path[0] = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib")
import http.client, urllib.parse
from glue import *
url = urllib.parse.urlparse(BASE)


def call(method, path, body=None, content_type="application/json"):
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=600)
    connection.request(method, url.path + path, body, {"Authorization": "Bearer sk-local", "Content-Type": content_type})
    reply = connection.getresponse()
    content = reply.read()
    if reply.status >= 300:
        sys.exit("%s %s: %d %s" % (method, path, reply.status, content[:200]))
    return content


def upload(path):
    edge = "edge-of-a-part"
    head = ('--{0}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n--{0}\r\n'
            'Content-Disposition: form-data; name="file"; filename="requests.jsonl"\r\n'
            'Content-Type: application/jsonl\r\n\r\n').format(edge)
    with open(path, "rb") as file:
        body = head.encode() + file.read() + ("\r\n--%s--\r\n" % edge).encode()
    return json.loads(call("POST", "/files", body, "multipart/form-data; boundary=" + edge))["id"]


source, paths, file = {}, [], None
for number, document in enumerate(docs()):
    source["request-%d" % number] = document
    if number % LIMIT == 0:
        if file:
            file.close()
        paths.append("%s/requests-%d.jsonl" % (STATE, len(paths)))
        file = open(paths[-1], "w")
    file.write(json.dumps({"custom_id": "request-%d" % number, "method": "POST", "url": "/v1/chat/completions", "body": body(document)}) + "\n")
file.close()
batches = [json.loads(call("POST", "/batches", json.dumps({"input_file_id": upload(path), "endpoint": "/v1/chat/completions", "completion_window": "24h"})))["id"] for path in paths]
answered = 0
with open(OUT, "w") as out:
    for batch in batches:
        while (state := json.loads(call("GET", "/batches/" + batch)))["status"] not in ("completed", "failed", "expired", "cancelled"):
            time.sleep(0.5)
        if state["output_file_id"]:
            for line in call("GET", "/files/%s/content" % state["output_file_id"]).decode().splitlines():
                result = json.loads(line)
                answer = result["response"]["body"]["choices"][0]["message"]["content"]
                out.write(json.dumps(dict(source[result["custom_id"]], answer=answer)) + "\n")
                answered += 1
done(len(source), answered)
