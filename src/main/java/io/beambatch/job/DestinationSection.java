package io.beambatch.job;

import io.beambatch.job.FileDestination.Compression;
import io.beambatch.job.FileDestination.Format;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Reads where documents go: the sections {@code sink}, for answered documents, and {@code
 * failures}. {@link TableSection} and {@link PubSubSection} read destinations other than files.
 */
final class DestinationSection {
  private static final String PREFIX =
      "the beginning of file names, local or gs://, such as output/answers";

  /** Keys that only some kinds have, with those kinds. */
  private static final Map<String, List<Kind>> KEYS =
      Map.of(
          "path", List.of(Kind.FILES),
          "compression", List.of(Kind.FILES),
          "escape_formulas", List.of(Kind.FILES),
          "table", List.of(Kind.BIGQUERY),
          "write_disposition", List.of(Kind.BIGQUERY),
          "create_disposition", List.of(Kind.BIGQUERY),
          "partition", List.of(Kind.BIGQUERY),
          "topic", List.of(Kind.PUBSUB));

  private DestinationSection() {}

  /** The section {@code sink}. */
  static Destination answers(Section section) {
    String type = section.oneOf("type", Kind.types(Format.values()));
    Kind kind = Kind.of(type);
    kind.refuseOthers(section, KEYS);
    return switch (kind) {
      case FILES -> files(section, Kind.format(type, Format.values()));
      case BIGQUERY -> TableSection.answers(section);
      case PUBSUB -> PubSubSection.destination(section);
    };
  }

  /**
   * The section {@code failures}, which has no type: its only key determines its kind. Without the
   * section, failures go next to the answers.
   */
  static Destination failures(Section section, Destination answers) {
    List<String> given =
        Stream.of("path", "table", "topic").filter(key -> section.value(key).isPresent()).toList();
    if (given.isEmpty()) {
      if (answers instanceof StandardOutputDestination) {
        section.missing(
            "path", "it is " + PREFIX + ": answers on standard output (sink.path '-') leave none");
      }
      return answers.besideForFailures();
    }
    String key = given.get(0);
    if (given.size() > 1) {
      section.problem(
          given.get(1), "can't be combined with failures." + key + ": failures go to one place");
    }
    Destination failures =
        switch (key) {
          case "table" -> TableSection.failures(section);
          case "topic" -> PubSubSection.destination(section);
          default -> failuresInFiles(section);
        };
    if (failures.getClass() == answers.getClass() && failures.address().equals(answers.address())) {
      section.problem(key, "must not be the sink's " + key + ": answers and failures would mix");
    }
    return failures;
  }

  private static Destination failuresInFiles(Section section) {
    String path = prefix(section);
    return path.equals(FileSource.STANDARD)
        ? new StandardOutputDestination()
        : FileDestination.ofFailures(path);
  }

  private static Destination files(Section section, Format format) {
    boolean escape = section.flag("escape_formulas");
    if (escape && format != Format.CSV) {
      section.problem("escape_formulas", "is for type csv only: other files hold no formulas");
    }
    String path = prefix(section);
    Compression compression = compression(section, format);
    if (!path.equals(FileSource.STANDARD)) {
      return new FileDestination(format, path, compression, escape);
    }
    if (format != Format.JSONL) {
      section.problem("path", "'-' is standard output, which is for 'type: jsonl' only");
    } else if (compression != Compression.NONE) {
      section.problem("compression", "is for files: pipe standard output through a compressor");
    }
    return new StandardOutputDestination();
  }

  private static Compression compression(Section section, Format format) {
    List<Compression> known = format.compressions();
    if (section.value("compression").isEmpty()) {
      return known.get(0);
    }
    List<String> codes = known.stream().map(Compression::code).toList();
    return known.get(codes.indexOf(section.oneOf("compression", codes)));
  }

  private static String prefix(Section section) {
    String path = section.requiredText("path", PREFIX);
    section.checkPath("path", path);
    if (path.endsWith("/")) {
      section.problem(
          "path", "must be " + PREFIX + ", but ends with '/'; add the beginning of a file name");
    }
    if (path.contains("*") || path.contains("{{")) {
      section.problem("path", "must be " + PREFIX + "; patterns and templates are not possible");
    }
    return path;
  }
}
