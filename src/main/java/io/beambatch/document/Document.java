package io.beambatch.document;

import org.apache.beam.sdk.coders.DefaultCoder;

/**
 * One source record.
 *
 * @param id the value of the job's {@code source.id} field, else {@code <file>:<line>}
 * @param json all fields, as one JSON object on one line, byte for byte as the source had them
 *     where the source was JSON
 */
@DefaultCoder(DocumentCoder.class)
public record Document(String id, String json) {

  /** Names the document without showing its contents. */
  @Override
  public String toString() {
    return "Document[" + json.length() + " chars]";
  }
}
