package io.beambatch.source;

import io.beambatch.storage.Storage;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.EmptyMatchTreatment;
import org.apache.beam.sdk.io.fs.MatchResult;

/** Finds the files that fit patterns, each file once. */
final class FilePatterns {
  private FilePatterns() {}

  /** The files; a pattern that fits none is a {@link FileNotFoundException} that names it. */
  static Set<String> matchAll(List<String> patterns) throws IOException {
    Set<String> files = new LinkedHashSet<>();
    List<String> fruitless = new ArrayList<>();
    for (String pattern : patterns) {
      Set<String> found = match(pattern);
      if (found.isEmpty()) {
        fruitless.add(pattern);
      }
      files.addAll(found);
    }
    if (!fruitless.isEmpty()) {
      throw new FileNotFoundException(
          "No file matches source.path "
              + String.join(", ", fruitless)
              + "; check the path, and that it can be read from here");
    }
    return files;
  }

  /** The files; none is no error. */
  static Set<String> matchAny(List<String> patterns) throws IOException {
    Set<String> files = new LinkedHashSet<>();
    for (String pattern : patterns) {
      files.addAll(match(pattern));
    }
    return files;
  }

  private static Set<String> match(String pattern) throws IOException {
    Set<String> files = new LinkedHashSet<>();
    for (MatchResult.Metadata found : find(pattern)) {
      if (found.resourceId().isDirectory()) {
        throw new IOException(
            "source.path "
                + pattern
                + " is a folder; name the files in it, such as "
                + pattern
                + (pattern.endsWith("/") ? "*" : "/*"));
      }
      files.add(found.resourceId().toString());
    }
    return files;
  }

  private static List<MatchResult.Metadata> find(String pattern) throws IOException {
    try {
      return FileSystems.match(pattern, EmptyMatchTreatment.ALLOW).metadata();
    } catch (IOException e) {
      throw Storage.explain(pattern, e);
    }
  }
}
