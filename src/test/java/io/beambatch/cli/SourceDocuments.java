package io.beambatch.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.beambatch.job.FileSource;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/** Reads a job's source by other means than the pipeline. */
public final class SourceDocuments {
  private SourceDocuments() {}

  public static List<JsonNode> of(FileSource source) throws IOException {
    List<JsonNode> documents = new ArrayList<>();
    for (String pattern : source.paths()) {
      Path path = Path.of(pattern);
      try (DirectoryStream<Path> files =
          Files.newDirectoryStream(path.getParent(), path.getFileName().toString())) {
        for (Path file : files) {
          documents.addAll(of(source, file));
        }
      }
    }
    return documents;
  }

  private static List<JsonNode> of(FileSource source, Path file) throws IOException {
    return switch (source.format()) {
      case TEXT ->
          List.of(
              object()
                  .put("text", Files.readString(file))
                  .put("file", file.getFileName().toString()));
      case CSV -> csv(file, CSVFormat.RFC4180);
      case JSONL -> lines(file);
      default -> throw new IllegalArgumentException("no text: " + source.format());
    };
  }

  /** The records of a CSV file with a header. */
  public static List<JsonNode> csv(Path file, CSVFormat format) throws IOException {
    List<JsonNode> documents = new ArrayList<>();
    try (CSVParser parser =
        CSVParser.parse(file, StandardCharsets.UTF_8, format.builder().setHeader().get())) {
      for (CSVRecord row : parser) {
        ObjectNode document = object();
        row.toMap().forEach(document::put);
        documents.add(document);
      }
    }
    return documents;
  }

  /** The documents of a JSON lines file. */
  public static List<JsonNode> lines(Path file) throws IOException {
    List<JsonNode> documents = new ArrayList<>();
    try (InputStream raw = Files.newInputStream(file);
        InputStream in = file.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw;
        var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        documents.add(Workplace.JSON.readTree(line));
      }
    }
    return documents;
  }

  private static ObjectNode object() {
    return Workplace.JSON.createObjectNode();
  }
}
