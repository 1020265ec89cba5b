package io.beambatch.localserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * The metadata of a file.
 *
 * @param ordinal increases with each file; lists are ordered by it
 * @param createdAt in seconds since 1970, like all times of the API
 * @param expiresAt null for never
 */
record StoredFile(
    String id,
    long ordinal,
    long bytes,
    long createdAt,
    @Nullable Long expiresAt,
    String filename,
    String purpose) {

  /** The API's file object. */
  ObjectNode toJson() {
    ObjectNode json =
        ServerJson.object()
            .put("id", id)
            .put("object", "file")
            .put("bytes", bytes)
            .put("created_at", createdAt)
            .put("filename", filename)
            .put("purpose", purpose)
            .put("status", "processed");
    if (expiresAt != null) {
      json.put("expires_at", expiresAt);
    }
    return json.putNull("status_details");
  }

  static StoredFile fromJson(JsonNode json, long ordinal) {
    return new StoredFile(
        json.get("id").textValue(),
        ordinal,
        json.get("bytes").longValue(),
        json.get("created_at").longValue(),
        json.has("expires_at") ? json.get("expires_at").longValue() : null,
        json.get("filename").textValue(),
        json.get("purpose").textValue());
  }
}
