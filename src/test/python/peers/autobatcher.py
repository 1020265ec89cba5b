"""autobatcher: BatchOpenAI(completion_window="24h"), one awaited chat.completions.create for each document, as its README has it.
It cuts at batch_size by count (not by bytes) and joins by itself. Nothing is kept between two starts."""
import os, sys; sys.path[0] = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib")
import asyncio
from glue import *
from autobatcher import BatchOpenAI
errors = {}


async def main():
    client = BatchOpenAI(api_key="sk-local", base_url=BASE, completion_window="24h", batch_size=LIMIT,
                         batch_window_seconds=float(os.environ.get("WINDOW", "1")), poll_interval_seconds=0.5)

    async def one(d):
        try:
            r = await client.chat.completions.create(model=MODEL, max_tokens=10, messages=messages(d))
            return d, r.choices[0].message.content
        except Exception as e:
            k = str(e).split(":")[-1][:60]
            errors[k] = errors.get(k, 0) + 1
            return d, None
    r = await asyncio.gather(*[one(d) for d in docs()])
    await client.close()
    return r

r = write(asyncio.run(main()))
print(list(errors.items())[:10], file=sys.stderr)
done(*r)
