package io.beambatch.provider.http;

import io.beambatch.provider.ListGuard;
import io.beambatch.provider.ProviderException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads a list newest first, and continues after the last element of a page. Google pages by tokens
 * and promises no order: a list that isn't newest first is read completely and sorted, because a
 * search stops at the first batch that is too old.
 *
 * @param <T> the listed type
 */
public final class TokenPages<T> {
  private static final int MOST_REMEMBERED = 1_000;

  private final String what;
  private final Function<T, String> name;
  private final Function<T, Instant> created;
  private final Source<T> source;
  private final Map<String, String> tokens =
      Collections.synchronizedMap(
          new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
              return size() > MOST_REMEMBERED;
            }
          });
  private volatile List<T> sorted = List.of();

  /**
   * Pages of a list.
   *
   * @param what the things listed, such as {@code batches}, for messages
   * @param source reads a page
   */
  public TokenPages(
      String what, Function<T, String> name, Function<T, Instant> created, Source<T> source) {
    this.what = what;
    this.name = name;
    this.created = created;
    this.source = source;
  }

  /** Reads one page by its token; null for the first. */
  @FunctionalInterface
  public interface Source<T> {
    Page<T> read(@Nullable String token) throws ProviderException;
  }

  /**
   * A page.
   *
   * @param next the token of the next page, or null if there is none
   */
  public record Page<T>(List<T> things, @Nullable String next) {}

  /**
   * A page, newest first.
   *
   * @param after the name of the last element of the previous page, or null for the first page
   * @param limit the size of the page, where it is cut here
   */
  public Page<T> read(@Nullable String after, int limit) throws ProviderException {
    if (after == null) {
      Page<T> first = source.read(null);
      if (isNewestFirst(first.things())) {
        sorted = List.of();
        return remembered(first);
      }
      sorted = whole(first);
      return cut(0, limit);
    }
    int place = place(sorted, after);
    if (place >= 0) {
      return cut(place + 1, limit);
    }
    String token = tokens.get(after);
    return remembered(token == null ? following(after) : source.read(token));
  }

  /**
   * Finds the page that contains an element, from the beginning: another process read the page
   * before.
   */
  private Page<T> following(String after) throws ProviderException {
    ListGuard guard = new ListGuard(what);
    Page<T> page = source.read(null);
    while (place(page.things(), after) < 0 && page.next() != null) {
      guard.add(page.things().stream().map(name).toList());
      page = source.read(page.next());
    }
    return page.next() == null ? new Page<>(List.of(), null) : source.read(page.next());
  }

  private List<T> whole(Page<T> first) throws ProviderException {
    ListGuard guard = new ListGuard(what);
    List<T> all = new ArrayList<>(first.things());
    Page<T> page = first;
    while (page.next() != null) {
      guard.add(page.things().stream().map(name).toList());
      page = source.read(page.next());
      all.addAll(page.things());
    }
    all.sort(Comparator.comparing(created).reversed());
    return all;
  }

  private boolean isNewestFirst(List<T> things) {
    for (int i = 1; i < things.size(); i++) {
      if (created.apply(things.get(i)).isAfter(created.apply(things.get(i - 1)))) {
        return false;
      }
    }
    return true;
  }

  private Page<T> cut(int from, int limit) {
    List<T> all = sorted;
    int to = Math.min(all.size(), from + limit);
    List<T> page = List.copyOf(all.subList(Math.min(from, to), to));
    return new Page<>(page, to < all.size() ? "more" : null);
  }

  private Page<T> remembered(Page<T> page) {
    if (page.next() != null && !page.things().isEmpty()) {
      tokens.put(name.apply(page.things().get(page.things().size() - 1)), page.next());
    }
    return page;
  }

  private int place(List<T> things, String wanted) {
    for (int i = 0; i < things.size(); i++) {
      if (name.apply(things.get(i)).equals(wanted)) {
        return i;
      }
    }
    return -1;
  }
}
