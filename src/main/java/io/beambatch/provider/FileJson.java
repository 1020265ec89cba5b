package io.beambatch.provider;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.provider.http.ReplyJson;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads file objects as OpenAI and compatible servers send them. */
final class FileJson {
  private FileJson() {}

  /** A file, or null if the object has no id, and so is none. */
  static @Nullable InputFile file(JsonNode node) {
    String id = ReplyJson.text(node, "id");
    if (id == null) {
      return null;
    }
    String name = ReplyJson.text(node, "filename");
    Long created = ReplyJson.number(node, "created_at");
    return new InputFile(
        id,
        name == null ? "" : name,
        created == null || created < 0 ? Instant.EPOCH : Instant.ofEpochSecond(created));
  }

  /** A page of files, or null if the object is no list. */
  static @Nullable FilePage page(JsonNode node, int limit) {
    JsonNode data = node.path("data");
    if (!data.isArray()) {
      return null;
    }
    List<InputFile> files = new ArrayList<>();
    for (JsonNode entry : data) {
      InputFile file = file(entry);
      if (file != null) {
        files.add(file);
      }
    }
    JsonNode more = node.path("has_more");
    boolean unsaid = more.isMissingNode() || more.isNull();
    boolean hasMore = unsaid ? data.size() >= limit : more.asBoolean();
    return new FilePage(List.copyOf(files), hasMore && !files.isEmpty());
  }
}
