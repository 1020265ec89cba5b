package io.beambatch.source;

import io.beambatch.storage.FileSystemOptions;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.PatternSyntaxException;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.EmptyMatchTreatment;
import org.apache.beam.sdk.io.fs.MatchResult;

/**
 * Finds the files that match patterns, each file once. As in shells, Hadoop and Spark, files and
 * folders whose names begin with a dot or an underscore are hidden, such as {@code _SUCCESS} and
 * {@code .part-0.crc}: a wildcard at the beginning of a name doesn't match those characters.
 */
final class FilePatterns {
  private FilePatterns() {}

  /** The pattern that matches the file with this path, whatever characters it has. */
  static String literal(String path) {
    return path.replaceAll("[*?\\[{]", "[$0]");
  }

  /** The files; a pattern that matches none is a {@link SourceException} that names it. */
  static Set<String> matchAll(List<String> patterns) throws IOException {
    Set<String> files = new LinkedHashSet<>();
    List<String> fruitless = new ArrayList<>();
    int hidden = 0;
    for (String pattern : patterns) {
      Match match = match(pattern);
      if (match.files().isEmpty()) {
        fruitless.add(pattern);
        hidden += match.hidden();
      }
      files.addAll(match.files());
    }
    if (!fruitless.isEmpty()) {
      throw new SourceException(
          "No file matches source.path "
              + String.join(", ", fruitless)
              + (hidden == 0
                  ? "; check the path, and that it can be read from here"
                  : " but hidden ones, whose names begin with '.' or '_'; write that into the"
                      + " pattern to read them"));
    }
    return files;
  }

  /** The files, possibly none. */
  static Set<String> matchAny(List<String> patterns) throws IOException {
    Set<String> files = new LinkedHashSet<>();
    for (String pattern : patterns) {
      files.addAll(match(pattern).files());
    }
    return files;
  }

  private static Match match(String pattern) throws IOException {
    HiddenNames hiddenNames = new HiddenNames(Storage.absolute(pattern));
    Set<String> files = new LinkedHashSet<>();
    int hidden = 0;
    for (MatchResult.Metadata found : find(pattern)) {
      String path = found.resourceId().toString();
      if (hiddenNames.contains(path)) {
        hidden++;
        continue;
      }
      if (found.resourceId().isDirectory()) {
        throw new SourceException(
            "source.path "
                + pattern
                + " is a folder; name the files in it, such as "
                + pattern
                + (pattern.endsWith("/") ? "*" : "/*"));
      }
      files.add(path);
    }
    return new Match(files, hidden);
  }

  private static List<MatchResult.Metadata> find(String pattern) throws IOException {
    try {
      if (pattern.contains("://")) {
        FileSystemOptions.setUp();
      }
      return FileSystems.match(pattern, EmptyMatchTreatment.ALLOW).metadata();
    } catch (PatternSyntaxException e) {
      throw new SourceException(
          "source.path "
              + pattern
              + " is not a file pattern ("
              + e.getDescription()
              + "); a bracket or brace that is part of a name is written as [[] or [{]");
    } catch (IOException e) {
      throw Storage.explain(pattern, e);
    }
  }

  private record Match(Set<String> files, int hidden) {}
}
