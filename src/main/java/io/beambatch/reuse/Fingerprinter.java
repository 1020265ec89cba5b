package io.beambatch.reuse;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/**
 * Calculates the fingerprints of requests to one model. Not thread-safe.
 *
 * <p>A body counts as it was rendered: without white space, each text in one spelling, its keys in
 * the order of the job file. Keys are not sorted, because their order can be part of the question:
 * a model writes the fields of a JSON schema in their order.
 */
public final class Fingerprinter {
  private final MessageDigest digest;
  private final byte[] asked;

  /**
   * Fingerprints requests with common properties.
   *
   * @param asked such as the provider, the endpoint and the model, each without a line break
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
