package io.beambatch.cli;

import io.beambatch.job.StandardInputSource;
import io.beambatch.run.Run;
import io.beambatch.run.RunProgress;
import io.beambatch.run.RunProgress.Stage;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;

/**
 * Tells a user who stops the program what continues at the provider, and how to resume or cancel
 * the run. It prints only if a signal ends the process while the notice is open.
 */
final class StopNotice implements AutoCloseable {
  private final Thread hook;

  private StopNotice(Thread hook) {
    this.hook = hook;
  }

  /**
   * Opens a notice.
   *
   * @param typed the command line, the command first
   */
  static StopNotice open(Run run, boolean local, List<String> typed, PrintWriter err) {
    Thread hook = new Thread(() -> print(run, local, typed, err), "stop-notice");
    Runtime.getRuntime().addShutdownHook(hook);
    return new StopNotice(hook);
  }

  private static void print(Run run, boolean local, List<String> typed, PrintWriter err) {
    String name = run.name();
    err.println();
    err.println(
        "stopped: run "
            + name
            + " of job "
            + run.job().name()
            + " has not ended; its state is kept in "
            + run.folder().path());
    err.println(batches(run, local));
    boolean piped =
        run.job().source() instanceof StandardInputSource input && input.sha256() != null;
    err.print(
        "to resume:  "
            + (piped ? "(the same input) | " : "")
            + CommandText.of(typed.get(0), name, typed)
            + "\n");
    if (!typed.get(0).equals("cancel")) {
      err.print("to cancel:  " + CommandText.of("cancel", name, typed) + "\n");
    }
    err.flush();
  }

  private static String batches(Run run, boolean local) {
    RunProgress progress;
    try {
      progress = RunProgress.of(run);
    } catch (IOException e) {
      return "batches may continue at the provider; the run's ledger can't be read: "
          + e.getMessage();
    }
    int underWay = progress.count(Stage.IN_FLIGHT) + progress.count(Stage.SUBMITTING);
    if (underWay == 0) {
      return "no batch is in flight";
    }
    String batches = Summary.count(underWay, "batch");
    return local
        ? batches + " of the embedded server: nothing happens there until the next launch"
        : batches
            + (underWay == 1 ? " continues" : " continue")
            + " at the provider, which charges for what it answers";
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException stopping) {
      // The notice is being printed.
    }
  }
}
