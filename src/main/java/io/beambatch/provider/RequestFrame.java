package io.beambatch.provider;

/**
 * How a provider writes a request as one line of a batch: {@code {"<id field>":"<id>",<more>"<body
 * field>":<body>}}.
 *
 * @param idField such as {@code custom_id}
 * @param more the text between both, such as {@code "method":"POST",}; empty, or ending with a
 *     comma
 * @param bodyField such as {@code body}
 * @param modelInBody whether each body names the model; if not, the batch does
 */
public record RequestFrame(String idField, String more, String bodyField, boolean modelInBody) {

  /** The text before the id. */
  public String beforeId() {
    return "{\"" + idField + "\":\"";
  }

  /** The text between the id and the body. */
  public String beforeBody() {
    return "\"," + more + '"' + bodyField + "\":";
  }

  /** JSON pointer to the id in a line. */
  public String idPointer() {
    return "/" + idField;
  }

  /** JSON pointer to a place of the body in a line. */
  public String bodyPointer(String place) {
    return "/" + bodyField + place;
  }
}
