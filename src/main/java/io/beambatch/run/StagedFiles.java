package io.beambatch.run;

import io.beambatch.chunk.Plan;
import io.beambatch.job.Keep;
import io.beambatch.result.JoinedChunk;
import io.beambatch.result.ResultFile;
import io.beambatch.result.ResultFiles;
import io.beambatch.result.WriteUnsentFailures;
import io.beambatch.sink.WrittenFile;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes the documents, requests and answers in a run's folder, once all of them are delivered and
 * accounted for, and lists what stays and why. The records stay: they contain no documents, and
 * later commands need them. A launch that crashes during the deletion is repeated like any other,
 * and deletes the rest.
 */
final class StagedFiles {
  private static final Logger LOG = LoggerFactory.getLogger(StagedFiles.class);
  static final String RECORD = ".written.json";

  private final RunSnapshot run;
  private final RunFolder folder;
  private final Map<String, String> kept = new LinkedHashMap<>();

  private StagedFiles(RunSnapshot run, RunFolder folder) {
    this.run = run;
    this.folder = folder;
  }

  /**
   * Deletes the files that are no longer needed.
   *
   * @param run whose documents are all delivered
   * @return what stays, each with the reason
   */
  static Map<String, String> clear(RunSnapshot run, RunFolder folder) throws IOException {
    StagedFiles files = new StagedFiles(run, folder);
    if (run.job().inference().keep() == Keep.ALL) {
      files.kept.put("all files", "the job says keep: all");
    } else {
      files.clear();
    }
    return files.kept;
  }

  private void clear() throws IOException {
    kept.put(
        "plan, ledger, joined, results/*" + RECORD,
        "what was sent, answered and delivered; later commands go by it, and it holds no documents");
    deleteFolder("parts", folder.parts());
    deleteFolder("answers", folder.answers());
    deleteFolder("input", folder.input());
    if (run.job().answers().isStaged()) {
      kept.put("results", "the pipeline reads them there");
    } else if (!run.job().isPrinted()) {
      deleteResults();
    }
    if (!Storage.list(folder.inbox()).isEmpty()) {
      kept.put("inbox", "messages that are delivered again are known by it");
    }
  }

  private void deleteFolder(String name, String path) {
    try {
      Storage.deleteFolder(path);
    } catch (IOException e) {
      stays(name, e);
    }
  }

  private void deleteResults() throws IOException {
    Set<String> referred = referred();
    List<String> done = new ArrayList<>();
    for (String name : Storage.list(folder.results())) {
      if (referred.contains(name)) {
        kept.put(
            "results/" + name,
            run.job().answers().place(folder.run())
                + " refers to it: a document in it is too large for a message");
      } else if (!name.endsWith(RECORD)) {
        done.add(folder.results() + "/" + name);
      }
    }
    try {
      Storage.delete(done);
    } catch (IOException e) {
      stays("results", e);
    }
  }

  /** Files that hold the only copy of a document, because delivered files refer to them. */
  private Set<String> referred() {
    Set<String> names = new TreeSet<>();
    for (JoinedChunk chunk : run.joined().values()) {
      for (ResultFile file : ResultFiles.of(chunk)) {
        if (refersBack(MarkWritten.name(file.kind(), file.shard()))) {
          names.add(file.name());
        }
      }
    }
    for (Plan plan : run.plans()) {
      String mark = MarkWritten.name(ResultFile.Kind.FAILED, WriteUnsentFailures.shard(plan));
      if (refersBack(mark)) {
        names.add(WriteUnsentFailures.file(plan));
      }
    }
    return names;
  }

  private boolean refersBack(String mark) {
    WrittenFile written = run.written().get(mark);
    return written != null && written.refersBack();
  }

  /** The run is complete nevertheless, and its report says what is left. */
  private void stays(String name, IOException e) {
    LOG.warn("{} of run {} can't be deleted: {}", name, folder.path(), e.getMessage());
    kept.put(name, "it can't be deleted: " + e.getMessage());
  }
}
