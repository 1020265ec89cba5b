package io.beambatch.chunk;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.function.IntFunction;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * Cloud Storage as far as a run's plans are listed there: as many as one likes, which are made when
 * they are asked for, a thousand a call.
 */
final class ListedPlans implements AutoCloseable {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final int PAGE = 1000;

  private final MockWebServer server;

  private ListedPlans(MockWebServer server) {
    this.server = server;
  }

  /**
   * Serves plans.
   *
   * @param names sorted
   * @param plans each by its place among the names
   */
  static ListedPlans start(RunFolder folder, List<String> names, IntFunction<Plan> plans)
      throws IOException {
    String bucket = URI.create(folder.path()).getHost();
    String prefix = URI.create(folder.path()).getPath().substring(1) + "/plan/";
    MockWebServer server = new MockWebServer();
    server.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) {
            HttpUrl url = request.getUrl();
            if (!url.encodedPath().equals("/storage/v1/b/" + bucket + "/o")) {
              return new MockResponse.Builder().code(404).build();
            }
            try {
              return json(page(url.queryParameter("prefix"), url.queryParameter("pageToken")));
            } catch (IOException e) {
              throw new IllegalStateException(e);
            }
          }

          private ObjectNode page(String below, @Nullable String token) throws IOException {
            ObjectNode page = MAPPER.createObjectNode();
            int items = 0;
            for (int i = token == null ? 0 : Integer.parseInt(token); i < names.size(); i++) {
              if (object(i).startsWith(below)) {
                if (items++ == PAGE) {
                  return page.put("nextPageToken", Integer.toString(i));
                }
                page.withArray("items")
                    .addObject()
                    .put("bucket", bucket)
                    .put("name", object(i))
                    .putObject("metadata")
                    .put("content", content(i));
              }
            }
            return page;
          }

          private String object(int i) {
            return prefix + names.get(i) + "/1.json";
          }

          private String content(int i) throws IOException {
            return MAPPER.writeValueAsString(plans.apply(i));
          }
        });
    server.start();
    return new ListedPlans(server);
  }

  private static MockResponse json(ObjectNode body) {
    return new MockResponse.Builder()
        .addHeader("Content-Type", "application/json")
        .body(body.toString())
        .build();
  }

  /** Where clients have to go. */
  URI url() {
    return server.url("/").uri();
  }

  /** How many calls have come. */
  int calls() {
    return server.getRequestCount();
  }

  @Override
  public void close() {
    server.close();
  }
}
