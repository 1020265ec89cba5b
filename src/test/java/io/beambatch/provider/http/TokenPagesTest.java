package io.beambatch.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.provider.ProviderException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TokenPagesTest {
  /** Things are numbers, created at that second. */
  private static TokenPages<Integer> pages(Map<String, TokenPages.Page<Integer>> source) {
    return new TokenPages<>(
        "things",
        String::valueOf,
        number -> Instant.ofEpochSecond(number),
        token -> source.get(token == null ? "" : token));
  }

  @Test
  void readsAListThatIsOldestFirstWholeSoThatTheNewestIsSeenFirst() throws ProviderException {
    TokenPages<Integer> pages =
        pages(
            Map.of(
                "", new TokenPages.Page<>(List.of(1, 2, 3), "t2"),
                "t2", new TokenPages.Page<>(List.of(4, 5, 6), "t3"),
                "t3", new TokenPages.Page<>(List.of(7), null)));

    assertThat(all(pages, 2)).containsExactly(7, 6, 5, 4, 3, 2, 1);
  }

  @Test
  void pagesByTokens() throws ProviderException {
    TokenPages<Integer> pages =
        pages(
            Map.of(
                "", new TokenPages.Page<>(List.of(7, 6, 5), "t2"),
                "t2", new TokenPages.Page<>(List.of(4, 3), null)));

    assertThat(all(pages, 100)).containsExactly(7, 6, 5, 4, 3);
  }

  private static List<Integer> all(TokenPages<Integer> pages, int limit) throws ProviderException {
    List<Integer> all = new ArrayList<>();
    String after = null;
    TokenPages.Page<Integer> page;
    do {
      page = pages.read(after, limit);
      all.addAll(page.things());
      after = String.valueOf(all.get(all.size() - 1));
    } while (page.next() != null);
    return all;
  }
}
