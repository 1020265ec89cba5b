package io.beambatch.reuse;

import io.beambatch.storage.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
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
    this.digest = Sha256.digest();
  }

  /** The fingerprint of a request with this body. */
  public Fingerprint of(byte[] body) {
    digest.update(asked);
    ByteBuffer hash = ByteBuffer.wrap(digest.digest(body));
    return new Fingerprint(hash.getLong(), hash.getLong());
  }
}
