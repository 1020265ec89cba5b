package io.beambatch.document;

import org.apache.beam.sdk.coders.DefaultCoder;

/**
 * One source record: the value that every stage from the source to the sink passes on.
 *
 * @param id the value of the job's {@code source.id} field, else {@code <file>:<line>}
 * @param json all fields, as one JSON object on one line, byte for byte as in the source if the
 *     source was JSON
 */
@DefaultCoder(DocumentCoder.class)
public record Document(String id, String json) {

  /** Shows the id, not the contents. */
  @Override
  public String toString() {
    return "Document[" + json.length() + " chars]";
  }
}
