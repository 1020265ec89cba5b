package io.beambatch.localserver;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.Iterator;
import java.util.NavigableMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Cuts one page out of things that are numbered in the order of their creation.
 *
 * @param after the number of the last one of the page before, or null for the first page
 */
record ListPage(@Nullable Long after, int limit, Order order) {
  enum Order {
    ASC,
    DESC
  }

  /** The list envelope. */
  <T> ObjectNode page(
      NavigableMap<Long, T> all, Predicate<T> chosen, Function<T, ObjectNode> toJson) {
    NavigableMap<Long, T> ordered = order == Order.ASC ? all : all.descendingMap();
    Collection<T> rest = after == null ? ordered.values() : ordered.tailMap(after, false).values();
    ObjectNode page = ServerJson.object().put("object", "list");
    ArrayNode data = page.putArray("data");
    Iterator<T> things = rest.stream().filter(chosen).iterator();
    while (data.size() < limit && things.hasNext()) {
      data.add(toJson.apply(things.next()));
    }
    page.put("first_id", data.path(0).path("id").asText());
    page.put("last_id", data.path(data.size() - 1).path("id").asText());
    return page.put("has_more", things.hasNext());
  }
}
