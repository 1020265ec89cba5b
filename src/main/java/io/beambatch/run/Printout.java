package io.beambatch.run;

import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;
import io.beambatch.job.Destination;
import io.beambatch.job.StandardOutputDestination;
import io.beambatch.result.ResultFile;
import io.beambatch.sink.DocumentWriter;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Prints the documents of a run whose destination is standard output, all at once when the run has
 * them all. They stay in the run's folder until the run is recorded as finished: a command that is
 * killed while it prints is followed by one that prints everything again.
 */
public final class Printout {
  private Printout() {}

  /**
   * Prints the documents.
   *
   * @param run whose documents all have an outcome
   * @throws UserException if standard output is closed
   */
  public static void print(Run run, OutputStream out) throws IOException {
    RunSnapshot snapshot = RunSnapshot.read(run.job(), run.folder());
    OutputStream reported = new Reported(out);
    for (ResultFile file : snapshot.results().toList()) {
      Destination destination =
          file.kind() == ResultFile.Kind.ANSWERED ? run.job().answers() : run.job().failures();
      if (destination instanceof StandardOutputDestination) {
        DocumentWriter.copy(file, run.folder(), DocumentWriter.ofJsonLines(reported));
      }
    }
    reported.flush();
  }

  /** Deletes the printed documents of a run that is recorded as finished. */
  static void delete(RunFolder folder) throws IOException {
    List<String> files = new ArrayList<>();
    for (String name : Storage.list(folder.results())) {
      if (!name.endsWith(StagedFiles.RECORD)) {
        files.add(folder.results() + "/" + name);
      }
    }
    Storage.delete(files);
  }

  /** Standard output; if it is closed, the error is one for users. */
  private static final class Reported extends FilterOutputStream {
    Reported(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      try {
        out.write(bytes, from, length);
      } catch (IOException e) {
        throw closed(e);
      }
    }

    @Override
    public void flush() throws IOException {
      try {
        out.flush();
      } catch (IOException e) {
        throw closed(e);
      }
    }

    private static UserException closed(IOException e) {
      return new UserException(
          "standard output was closed before all documents were printed ("
              + e.getMessage()
              + "). None is lost: the same command, or collect, prints them all again",
          ExitCode.ERROR);
    }
  }
}
