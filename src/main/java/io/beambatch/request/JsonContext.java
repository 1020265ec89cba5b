package io.beambatch.request;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.samskivert.mustache.BasicCollector;
import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.Template;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Resolves template names in JSON: fields by name, arrays as lists, numbers and objects as their
 * text.
 */
final class JsonContext extends BasicCollector {

  /** Compiles a template in which an unknown field is an error. */
  static Template compile(String template) {
    return Mustache.compiler().escapeHTML(false).withCollector(new JsonContext()).compile(template);
  }

  @Override
  public @Nullable Iterator<?> toIterator(Object value) {
    if (value instanceof ArrayNode array) {
      Iterator<JsonNode> items = array.elements();
      return new Iterator<Object>() {
        @Override
        public boolean hasNext() {
          return items.hasNext();
        }

        @Override
        public @Nullable Object next() {
          return unwrap(items.next());
        }
      };
    }
    return super.toIterator(value);
  }

  @Override
  public Mustache.@Nullable VariableFetcher createFetcher(Object context, String name) {
    if (context instanceof ObjectNode) {
      return (Object object, String field) -> {
        JsonNode value = object instanceof ObjectNode node ? node.get(field) : null;
        return value == null ? Template.NO_FETCHER_FOUND : unwrap(value);
      };
    }
    return super.createFetcher(context, name);
  }

  @Override
  public <K, V> Map<K, V> createFetcherCache() {
    return new HashMap<>();
  }

  private static @Nullable Object unwrap(JsonNode value) {
    if (value.isNull()) {
      return null;
    }
    if (value.isBoolean()) {
      return value.booleanValue();
    }
    // Objects and arrays are passed on: sections iterate over them, and their toString is their
    // JSON.
    return value.isContainerNode() ? value : value.asText();
  }
}
