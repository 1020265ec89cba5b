package io.beambatch.localserver;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Selects one page of things that are numbered in order of creation.
 *
 * @param after the number of the last one of the previous page, or null for the first page
 */
record ListPage(@Nullable Long after, int limit, Order order) {
  enum Order {
    ASC,
    DESC
  }

  <T> Page<T> page(NavigableMap<Long, T> all, Predicate<T> chosen) {
    NavigableMap<Long, T> ordered = order == Order.ASC ? all : all.descendingMap();
    Collection<T> rest = after == null ? ordered.values() : ordered.tailMap(after, false).values();
    List<T> page = new ArrayList<>();
    Iterator<T> things = rest.stream().filter(chosen).iterator();
    while (page.size() < limit && things.hasNext()) {
      page.add(things.next());
    }
    return new Page<>(page, things.hasNext());
  }

  /**
   * A page.
   *
   * @param more whether another page follows
   */
  record Page<T>(List<T> things, boolean more) {

    /** OpenAI's envelope. */
    ObjectNode toJson(Function<T, ObjectNode> toJson) {
      ObjectNode page = ServerJson.object().put("object", "list");
      ArrayNode data = page.putArray("data");
      things.forEach(thing -> data.add(toJson.apply(thing)));
      page.put("first_id", data.path(0).path("id").asText());
      page.put("last_id", data.path(data.size() - 1).path("id").asText());
      return page.put("has_more", more);
    }
  }
}
