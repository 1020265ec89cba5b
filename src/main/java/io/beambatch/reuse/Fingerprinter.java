package io.beambatch.reuse;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/**
 * Calculates the fingerprints of requests to one model. Not thread-safe.
 *
 * <p>The fingerprint is that of the rendered body, which has no white space, one spelling of each
 * text, and its keys in the order of the job file. Keys are not sorted, because order can matter: a
 * model writes the fields of a JSON schema in their order.
 */
public final class Fingerprinter {
  private final MessageDigest digest;
  private final byte[] asked;

  /**
   * Fingerprints requests with common properties.
   *
   * @param asked the common properties, such as provider, endpoint and model, without line breaks
   */
  public Fingerprinter(List<String> asked) {
    this.asked = (String.join("\n", asked) + "\n").getBytes(StandardCharsets.UTF_8);
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** The fingerprint of a request with this body. */
  public Fingerprint of(byte[] body) {
    digest.update(asked);
    ByteBuffer hash = ByteBuffer.wrap(digest.digest(body));
    return new Fingerprint(hash.getLong(), hash.getLong());
  }
}
