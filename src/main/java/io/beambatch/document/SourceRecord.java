package io.beambatch.document;

import io.beambatch.json.JsonText;

/** Represents source records that are not JSON objects themselves, for the dead letter. */
public final class SourceRecord {
  /** The only field of an object that represents a broken record: its raw text. */
  public static final String LINE = "_line";

  /** The only field of an object that represents a record too long to read: its place. */
  public static final String SOURCE = "_source";

  private SourceRecord() {}

  /** Represents a record by its text, so that it can be repaired and read again. */
  public static String line(String text) {
    return new JsonText().put(LINE, text).build();
  }

  /** Represents a record by its place. */
  public static String pointer(String file, long line, long bytes) {
    JsonText place = new JsonText().put("file", file).put("line", line).put("bytes", bytes);
    return new JsonText().put(SOURCE, place).build();
  }

  /** Returns whether an object represents a broken or oversize record. */
  public static boolean standsIn(String json) {
    return json.startsWith("{\"" + LINE + "\"") || json.startsWith("{\"" + SOURCE + "\"");
  }
}
