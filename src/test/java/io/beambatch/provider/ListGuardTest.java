package io.beambatch.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ListGuardTest {

  @Test
  void pagesThatAlternateAreNoticed() throws Exception {
    ListGuard guard = new ListGuard("batches");
    guard.add(List.of("a", "b"));
    guard.add(List.of("c"));

    assertThatThrownBy(() -> guard.add(List.of("a", "b")))
        .isInstanceOf(ProviderException.class)
        .hasMessageContaining("list of batches")
        .hasMessageContaining("page 3 shows only what was on pages before it");
  }

  @Test
  void pageThatOverlapsTheOneBeforeIsNoCircle() {
    ListGuard guard = new ListGuard("batches");

    assertThatCode(
            () -> {
              guard.add(List.of("a", "b"));
              guard.add(List.of("b", "c"));
            })
        .doesNotThrowAnyException();
  }

  @Test
  void idsThatAreAlwaysNewEndByTheNumberOfPages() {
    ListGuard guard = new ListGuard("batches");
    AtomicInteger id = new AtomicInteger();

    assertThatThrownBy(
            () -> {
              while (true) {
                guard.add(List.of("b" + id.incrementAndGet()));
              }
            })
        .hasMessageContaining("more than 2000 pages");
    assertThat(id).hasValue(ListGuard.MOST_PAGES);
  }

  @Test
  void slowPagesEndByTime() throws Exception {
    AtomicLong nanos = new AtomicLong();
    ListGuard guard = new ListGuard("input files", nanos::get);
    guard.add(List.of("a"));
    nanos.set(ListGuard.LONGEST.plusMinutes(1).toNanos());

    assertThatThrownBy(() -> guard.add(List.of("b")))
        .hasMessageContaining("after 2 pages and 16 minutes");
  }
}
