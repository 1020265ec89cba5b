package io.beambatch.batch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * Names who is creating a batch, and tells whether somebody of that name can still be at it.
 *
 * @param name {@code <machine>/<process id>/<process start>/<random>}
 */
record Owner(String name) {
  private static final Path PROC = Path.of("/proc");
  private static final String UNKNOWN = "unknown";

  /** Of all that {@code /proc/<id>/stat} says after the process's name: its start, in ticks. */
  private static final int START = 19;

  /** A new owner in this process. */
  static Owner create() {
    long self = ProcessHandle.current().pid();
    return new Owner(machine() + "/" + self + "/" + start(self) + "/" + UUID.randomUUID());
  }

  /**
   * Whether the owner was a process of this machine that is gone. Where the machine does not tell,
   * nobody is ever known to be gone, and the lease decides.
   */
  boolean isKnownToBeGone() {
    String[] fields = name.split("/", -1);
    if (fields.length != 4
        || fields[0].equals(UNKNOWN)
        || fields[2].equals(UNKNOWN)
        || !fields[0].equals(machine())
        || !fields[1].matches("[0-9]{1,18}")) {
      return false;
    }
    String start = start(Long.parseLong(fields[1]));
    return !start.equals(fields[2]) && !start.equals(UNKNOWN);
  }

  /**
   * This boot of this machine, and the numbering of processes in this container: neither a host's
   * name nor its clock tells machines, or two boots of one, for certain.
   */
  private static String machine() {
    // Where others' processes are hidden, one that can't be seen may be alive.
    if (!Files.exists(PROC.resolve("1/stat"))) {
      return UNKNOWN;
    }
    try {
      return Files.readString(PROC.resolve("sys/kernel/random/boot_id")).strip()
          + "."
          + Files.readSymbolicLink(PROC.resolve("self/ns/pid")).toString().replaceAll("\\D", "");
    } catch (IOException e) {
      return UNKNOWN;
    }
  }

  /** When a process started, or an empty text if there is none. */
  private static String start(long process) {
    Path stat = PROC.resolve(process + "/stat");
    try {
      String said = Files.readString(stat);
      return said.substring(said.lastIndexOf(')') + 2).split(" ", -1)[START];
    } catch (IOException e) {
      return Files.exists(stat) ? UNKNOWN : "";
    }
  }
}
