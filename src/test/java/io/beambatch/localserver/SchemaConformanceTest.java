package io.beambatch.localserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Replies fit the schemas that OpenAI publishes. */
class SchemaConformanceTest {

  @Test
  void filesBatchesListsAndErrorsFitThePublishedSchemas() throws Exception {
    try (LocalServer server = LocalServer.start(LocalServerSettings.defaults())) {
      RawClient client = new RawClient(server);
      check("ListFilesResponse", client.get("/files").json());
      check("ListBatchesResponse", client.get("/batches").json());
      String file = client.upload(Lines.chats(3));
      check("OpenAIFile", client.get("/files/" + file).json());
      check("Batch", client.create(file, Lines.CHAT).json());
      check("Batch", client.run(Lines.CHAT, Lines.chats(3)));
      check("Batch", client.run(Lines.CHAT, List.of("{}")));
      check("ListBatchesResponse", client.get("/batches").json());
      check("ListFilesResponse", client.get("/files").json());
      check("DeleteFileResponse", client.delete("/files/" + file).json());
      check("ErrorResponse", client.get("/files/none").json());
      check("ErrorResponse", client.post("/batches", "{}").json());
      check("ErrorResponse", client.post("/batches", "not json").json());
      check("ErrorResponse", client.get("/nowhere").json());
    }
  }

  private static void check(String name, JsonNode reply) throws IOException {
    JsonNode document;
    try (InputStream in = SchemaConformanceTest.class.getResourceAsStream("openai-schemas.json")) {
      document = RawClient.MAPPER.readTree(in);
    }
    ObjectNode root = (ObjectNode) document;
    root.put("$ref", "#/components/schemas/" + name);
    JsonSchema schema = JsonSchemaFactory.getInstance(VersionFlag.V202012).getSchema(root);
    assertThat(schema.validate(withoutNulls(reply))).as(name + ": " + reply).isEmpty();
  }

  /** The schema leaves out what the real API, and this one, send as null. */
  private static JsonNode withoutNulls(JsonNode node) {
    if (node instanceof ObjectNode object && !object.has("param")) {
      ObjectNode rest = RawClient.MAPPER.createObjectNode();
      object
          .fields()
          .forEachRemaining(
              field -> {
                if (!field.getValue().isNull()) {
                  rest.set(field.getKey(), withoutNulls(field.getValue()));
                }
              });
      return rest;
    }
    if (node.isArray()) {
      var rest = RawClient.MAPPER.createArrayNode();
      node.forEach(item -> rest.add(withoutNulls(item)));
      return rest;
    }
    return node;
  }
}
