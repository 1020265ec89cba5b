package io.beambatch.batch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Identifies a process that works on a run, such as one that creates a batch, and finds out whether
 * it may still be alive.
 *
 * @param name {@code <machine>/<process id>/<process start>/<random>}
 */
public record Owner(String name) {
  /** The owners in this process that have not retired. */
  private static final Set<String> AT_WORK = ConcurrentHashMap.newKeySet();

  /**
   * Identifies this loading of the class: a process may load it twice, and each copy knows only its
   * own owners.
   */
  private static final String LOADED = UUID.randomUUID() + ".";

  private static final Path PROC = Path.of("/proc");
  private static final String UNKNOWN = "unknown";

  /**
   * The field of {@code /proc/<id>/stat} that has the start in ticks, counted after the process's
   * name.
   */
  private static final int START = 19;

  /** A new owner in this process. */
  public static Owner create() {
    long self = ProcessHandle.current().pid();
    String random = LOADED + UUID.randomUUID();
    Owner owner = new Owner(machine() + "/" + self + "/" + start(self) + "/" + random);
    AT_WORK.add(owner.name);
    return owner;
  }

  /** Declares that this owner does nothing more: all its calls have returned. */
  public void retire() {
    AT_WORK.remove(name);
  }

  boolean isAtWork() {
    return AT_WORK.contains(name);
  }

  /**
   * Returns whether the owner has retired, or was a process of this machine that no longer exists.
   * If the machine doesn't show its processes, this is never known, and the lease decides.
   */
  public boolean isKnownToBeGone() {
    String[] fields = name.split("/", -1);
    if (fields.length != 4
        || fields[0].equals(UNKNOWN)
        || fields[2].equals(UNKNOWN)
        || !fields[0].equals(machine())
        || !fields[1].matches("[0-9]{1,18}")) {
      return false;
    }
    long process = Long.parseLong(fields[1]);
    String start = start(process);
    if (start.equals(fields[2]) && process == ProcessHandle.current().pid()) {
      return fields[3].startsWith(LOADED) && !isAtWork();
    }
    return !start.equals(fields[2]) && !start.equals(UNKNOWN);
  }

  /**
   * This boot of this machine, and the process namespace of this container. Neither a host's name
   * nor its clock reliably identifies a machine, or separates two boots of it.
   */
  private static String machine() {
    // Where the processes of other users are hidden, one that can't be seen may be alive.
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
