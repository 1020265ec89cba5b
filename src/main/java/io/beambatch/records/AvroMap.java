package io.beambatch.records;

import io.beambatch.schema.UnreadableValue;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/** A map in the order of the file. If a key is repeated, its value is unreadable. */
final class AvroMap extends LinkedHashMap<Object, Object> {

  /** Adds an entry; the key may be unreadable itself. */
  void add(Object key, @Nullable Object value) {
    if (key instanceof UnreadableValue) {
      put("", key);
    } else {
      String name = key.toString();
      put(name, containsKey(name) ? new UnreadableValue("the map has a key twice") : value);
    }
  }
}
