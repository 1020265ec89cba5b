package io.beambatch.cli;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.beambatch.localserver.LocalServer;
import io.beambatch.localserver.LocalServerSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A folder with a staging location and outputs of its own, for commands to work in. */
public record Workplace(Path folder) {
  /** No number loses a digit. */
  public static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  public Path staging() {
    return folder.resolve("staging");
  }

  public Path sink() {
    return folder.resolve("out/answers");
  }

  public Path failures() {
    return folder.resolve("out/failures");
  }

  public Path write(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  /** The arguments of a command that keeps to this folder. */
  public List<String> command(String name, String job, String... more) {
    return Stream.concat(
            Stream.of(
                name,
                job,
                "--staging",
                staging().toString(),
                "--set",
                "sink.path=" + sink(),
                "--set",
                "failures.path=" + failures()),
            Stream.of(more))
        .toList();
  }

  /** {@code run --local}. */
  public Said run(String job, String... more) {
    List<String> args = new ArrayList<>(command("run", job, more));
    args.add(2, "--local");
    return Said.by(args);
  }

  public JsonNode report(Said said) throws IOException {
    return JSON.readTree(Files.readString(Path.of(said.told("report"))));
  }

  public List<JsonNode> answered() throws IOException {
    return lines(sink());
  }

  public List<JsonNode> failed() throws IOException {
    return lines(failures());
  }

  /** Documents of the JSON lines files whose names begin like this. */
  private static List<JsonNode> lines(Path prefix) throws IOException {
    List<JsonNode> documents = new ArrayList<>();
    for (Path file : files(prefix, ".jsonl")) {
      for (String line : Files.readAllLines(file)) {
        documents.add(JSON.readTree(line));
      }
    }
    return documents;
  }

  public static List<Path> files(Path prefix, String suffix) throws IOException {
    List<Path> files = new ArrayList<>();
    if (Files.isDirectory(prefix.getParent())) {
      try (DirectoryStream<Path> found =
          Files.newDirectoryStream(prefix.getParent(), prefix.getFileName() + "-*" + suffix)) {
        found.forEach(files::add);
      }
    }
    return files.stream().sorted().toList();
  }

  /** The batches that the embedded server has, after the command that used it. */
  public List<JsonNode> batches() throws IOException, InterruptedException {
    return fromEmbedded("/batches?limit=100");
  }

  /** The input files that the embedded server has. */
  public List<JsonNode> uploads() throws IOException, InterruptedException {
    return fromEmbedded("/files?limit=100&purpose=batch");
  }

  /** Makes a run look as if its last step had not been done: it is not finished. */
  public void reopen(String job, String run) throws IOException {
    Path versions = staging().resolve(job + "/runs/" + run);
    int newest = 0;
    while (Files.exists(versions.resolve(newest + 1 + ".json"))) {
      newest++;
    }
    Path last = versions.resolve(newest + ".json");
    ObjectNode record = (ObjectNode) JSON.readTree(Files.readString(last));
    Files.writeString(last, record.putNull("finished").toString());
  }

  /** What the embedded server lists, after the command that used it. */
  public List<JsonNode> fromEmbedded(String call) throws IOException, InterruptedException {
    try (LocalServer server =
        LocalServer.start(
            LocalServerSettings.defaults().withDir(staging().resolve(".local-server")))) {
      return listed(server.baseUrl() + call);
    }
  }

  /** What a server has done in its life. */
  public static JsonNode stats(URI baseUrl) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(baseUrl.resolve("/_stats"))
            .header("Authorization", "Bearer any")
            .build();
    return JSON.readTree(CLIENT.send(request, BodyHandlers.ofString()).body());
  }

  /** Everything on all pages of a list call. */
  public static List<JsonNode> listed(String call) throws IOException, InterruptedException {
    List<JsonNode> items = new ArrayList<>();
    JsonNode page;
    String after = "";
    do {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(call + after))
              .header("Authorization", "Bearer any")
              .build();
      page = JSON.readTree(CLIENT.send(request, BodyHandlers.ofString()).body());
      page.required("data").forEach(items::add);
      after = "&after=" + page.path("last_id").asText();
    } while (page.path("has_more").asBoolean());
    return items;
  }
}
