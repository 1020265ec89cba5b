package io.beambatch.result;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Map;

/** Reads what a line says about its document's failure. */
final class FailureFields {
  private FailureFields() {}

  static Map<String, Object> of(String line) {
    return JsonMapper.builder()
        .build()
        .convertValue(Jobs.tree(line).get("_failure"), new TypeReference<>() {});
  }
}
