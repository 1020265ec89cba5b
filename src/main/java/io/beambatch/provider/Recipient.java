package io.beambatch.provider;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where a run's documents are sent: an address, and an account there. It is stored with the run, so
 * that a later command notices a change. It distinguishes keys without revealing them.
 *
 * @param address host and path of the API, such as {@code api.openai.com/v1}
 * @param account a salted digest of the key and of whatever else identifies the account
 * @param addressVariable the environment variable of another address, or null if there is none
 * @param keyVariable the environment variable of the key, or null if there is none
 * @param keeper a salted digest of the name of the secret that holds the key, or null: a key that
 *     is rotated there belongs to the same account
 */
public record Recipient(
    String address,
    String account,
    @Nullable String addressVariable,
    @Nullable String keyVariable,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String keeper) {
  private static final int DIGEST_BYTES = 8;

  /**
   * The recipient at an address with a key.
   *
   * @param salt of the run: the same key has another digest in each run
   * @param secrets the key, and whatever else identifies the account; null for what isn't set
   */
  public static Recipient of(
      URI baseUrl,
      String salt,
      List<@Nullable String> secrets,
      String addressVariable,
      String keyVariable) {
    String port = baseUrl.getPort() < 0 ? "" : ":" + baseUrl.getPort();
    return new Recipient(
        baseUrl.getHost().toLowerCase(Locale.ROOT) + port + baseUrl.getPath(),
        digest(salt, secrets),
        addressVariable,
        keyVariable,
        null);
  }

  /** A server in the run's own process, which has no address and needs no key. */
  public static Recipient inThisProcess() {
    return new Recipient("the embedded local server", "", null, null, null);
  }

  /**
   * A copy whose key is kept in a secret.
   *
   * @param salt of the run
   * @param secret its name, without a version
   */
  public Recipient keptIn(String secret, String salt) {
    return new Recipient(
        address, account, addressVariable, keyVariable, digest(salt, List.of(secret)));
  }

  /** Returns whether it is a server in the run's own process. */
  public boolean answersHere() {
    return addressVariable == null;
  }

  /** Returns whether it is the same account at the same address. */
  public boolean isSameAs(Recipient other) {
    return isSameAddressAs(other)
        && (account.equals(other.account) || (keeper != null && keeper.equals(other.keeper)));
  }

  /**
   * Returns whether the other recipient, which is the same, has a key or secret that this one
   * lacks.
   */
  public boolean isBehind(Recipient other) {
    return !account.equals(other.account) || (other.keeper != null && !other.keeper.equals(keeper));
  }

  /** Returns whether the address is the same. */
  public boolean isSameAddressAs(Recipient other) {
    return address.equals(other.address);
  }

  private static String digest(String salt, List<@Nullable String> secrets) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(salt.getBytes(StandardCharsets.UTF_8));
      for (String secret : secrets) {
        digest.update((byte) 0);
        digest.update(Objects.requireNonNullElse(secret, "").getBytes(StandardCharsets.UTF_8));
      }
      return HexFormat.of().formatHex(digest.digest(), 0, DIGEST_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JVM has no SHA-256", e);
    }
  }
}
