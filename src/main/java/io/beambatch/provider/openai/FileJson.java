package io.beambatch.provider.openai;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.provider.FilePage;
import io.beambatch.provider.InputFile;
import io.beambatch.provider.http.ReplyJson;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the file objects of OpenAI and compatible servers. */
final class FileJson {
  /** How far the provider's clock may be ahead of ours. */
  private static final Duration CLOCK_SKEW = Duration.ofDays(1);

  private FileJson() {}

  /** A file, or null if the object has no id. */
  static @Nullable InputFile file(JsonNode node, Instant now) {
    String id = ReplyJson.id(node, "id");
    if (id == null) {
      return null;
    }
    String name = ReplyJson.text(node, "filename");
    Long created = ReplyJson.number(node, "created_at");
    return new InputFile(
        id,
        name == null ? "" : name,
        // A time in the future would end the search for lost batches too early.
        created == null || created < 0 || created > now.plus(CLOCK_SKEW).getEpochSecond()
            ? Instant.EPOCH
            : Instant.ofEpochSecond(created));
  }

  /** A page of files, or null if the reply is not a list; see {@link BatchJson#page}. */
  static @Nullable FilePage page(JsonNode node, @Nullable String after, int limit, Instant now) {
    JsonNode data = node.isArray() ? node : node.path("data");
    if (!data.isArray()) {
      return null;
    }
    List<InputFile> files = new ArrayList<>();
    for (JsonNode entry : data) {
      InputFile file = file(entry, now);
      if (file != null) {
        files.add(file);
      }
    }
    if (node.isArray() && files.stream().anyMatch(file -> file.id().equals(after))) {
      return new FilePage(List.of(), false);
    }
    boolean hasMore = BatchJson.hasMore(node, data.size(), limit);
    return new FilePage(List.copyOf(files), hasMore && !files.isEmpty());
  }
}
