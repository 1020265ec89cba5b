package io.beambatch.document;

import io.beambatch.json.JsonText;

/** What stands for source records that are no JSON objects themselves. */
public final class SourceRecord {
  /** The only field of an object that stands for a broken record: its raw text. */
  public static final String LINE = "_line";

  /** The only field of an object that stands for a record too long to read: where it is. */
  public static final String SOURCE = "_source";

  private SourceRecord() {}

  /** Stands for a record by its text, so that it can be repaired and fed in again. */
  public static String line(String text) {
    return new JsonText().put(LINE, text).build();
  }

  /** Stands for a record by its place. */
  public static String pointer(String file, long line, long bytes) {
    JsonText place = new JsonText().put("file", file).put("line", line).put("bytes", bytes);
    return new JsonText().put(SOURCE, place).build();
  }

  /** Whether an object stands for a record, and isn't one. */
  public static boolean standsIn(String json) {
    return json.startsWith("{\"" + LINE + "\"") || json.startsWith("{\"" + SOURCE + "\"");
  }
}
