package io.beambatch.provider;

import io.beambatch.provider.ProviderException.Kind;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Detects a provider's list that never ends: one whose pages repeat, or that always has more. Each
 * reader of a paged list passes every page to its own guard. A list that can't be read to its end
 * is an error, never a shorter list: whatever is not found in it would be paid for again.
 */
public final class ListGuard {
  /** Two hundred thousand batches; OpenAI allows 2,000 creations an hour. */
  static final int MOST_PAGES = 2_000;

  static final Duration LONGEST = Duration.ofMinutes(15);

  private final String what;
  private final LongSupplier nanos;
  private final long start;
  private final Set<String> seen = new HashSet<>();
  private int pages;

  /**
   * @param what the things listed, such as {@code batches}, for the message
   */
  public ListGuard(String what) {
    this(what, System::nanoTime);
  }

  ListGuard(String what, LongSupplier nanos) {
    this.what = what;
    this.nanos = nanos;
    this.start = nanos.getAsLong();
  }

  /**
   * Adds a page that is followed by another.
   *
   * @throws ProviderException if reading on can't reach the end
   */
  public void add(Collection<String> ids) throws ProviderException {
    pages++;
    if (!seen.addAll(ids)) {
      throw endless("page " + pages + " shows only what was on pages before it");
    }
    if (pages >= MOST_PAGES) {
      throw endless("it has more than " + MOST_PAGES + " pages");
    }
    Duration spent = Duration.ofNanos(nanos.getAsLong() - start);
    if (spent.compareTo(LONGEST) > 0) {
      throw endless(
          "it has not ended after " + pages + " pages and " + spent.toMinutes() + " minutes");
    }
  }

  private ProviderException endless(String why) {
    return new ProviderException(
        Kind.INVALID_REQUEST,
        ReplyHead.of(200),
        "The provider's list of "
            + what
            + " can't be read to its end: "
            + why
            + "; so whether something is missing in it is unknown, and nothing is created");
  }
}
