package io.beambatch.provider.openai;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.provider.SafeText;
import io.beambatch.provider.http.ReplyJson;
import java.io.IOException;
import java.time.Clock;

/** Reads what may be a page of a list, as the client does with every reply. */
public final class FuzzedPages {
  private static final BatchJson BATCHES =
      new BatchJson(new SafeText("sk-a-key-of-a-test"), Clock.systemUTC());

  private FuzzedPages() {}

  /** Reads a page of batches and of files; what isn't JSON is an {@link IOException}. */
  public static void read(byte[] reply) throws IOException {
    JsonNode json = ReplyJson.parse(reply);
    BATCHES.page(json, null, 100);
    BATCHES.batch(json);
    FileJson.page(json, null, 100, Clock.systemUTC().instant());
  }
}
