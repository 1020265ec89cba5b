package io.beambatch.chunk;

import io.beambatch.document.FailedDocument;
import io.beambatch.document.FailedLines;
import io.beambatch.document.Failure;
import io.beambatch.document.FailureCause;
import io.beambatch.document.FailureCauses;
import io.beambatch.document.FailureReason;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.io.OutputStream;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes documents that failed before they could be sent into a part without requests. */
final class FailureWriter implements BundleWriter<FailedDocument> {
  private final RunFolder folder;
  private final String name = Part.newName();
  private final Map<FailureReason, Long> counts = new EnumMap<>(FailureReason.class);
  private final FailureCauses causes = new FailureCauses();
  private final boolean idsAreContents;
  private long lines;
  private @Nullable OutputStream file;

  /**
   * Writes one part.
   *
   * @param idsAreContents whether a field of the documents gives their ids
   */
  FailureWriter(RunFolder folder, boolean idsAreContents) {
    this.folder = folder;
    this.idsAreContents = idsAreContents;
  }

  @Override
  public void add(FailedDocument failed) throws IOException {
    if (file == null) {
      file = Storage.create(folder.failures(name));
    }
    FailedLines.write(file, failed);
    Failure failure = failed.failure();
    counts.merge(failure.reason(), 1L, Long::sum);
    lines++;
    causes.add(cause(failed, failure));
  }

  /** Ids from a field are contents, and are not repeated; ids made of file and line are. */
  private FailureCause cause(FailedDocument failed, Failure failure) {
    String place = failure.place();
    if (place == null && !idsAreContents) {
      place = "document " + failed.document().id();
    }
    return place == null
        ? FailureCause.atLine(failure.reason(), failure.cause(), lines)
        : new FailureCause(failure.reason(), failure.cause(), 1, place);
  }

  @Override
  public List<Part> finish() throws IOException {
    if (file == null) {
      return List.of();
    }
    file.close();
    file = null;
    return List.of(new Part(name, 0, 0, 0, 0, Map.copyOf(counts), causes.all()));
  }

  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
      file = null;
      Storage.delete(List.of(folder.failures(name)));
    }
  }
}
