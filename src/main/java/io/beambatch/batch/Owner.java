package io.beambatch.batch;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.UUID;

/**
 * Names who is creating a batch, and tells whether somebody of that name can still be at it.
 *
 * @param name {@code <host>/<process id>/<process start>/<random>}
 */
record Owner(String name) {

  /** A new owner in this process. */
  static Owner create() {
    ProcessHandle self = ProcessHandle.current();
    return new Owner(host() + "/" + self.pid() + "/" + start(self) + "/" + UUID.randomUUID());
  }

  /** Whether the owner was a process of this machine that is gone. */
  boolean isKnownToBeGone() {
    String[] fields = name.split("/", -1);
    if (fields.length != 4 || !fields[0].equals(host()) || !fields[1].matches("[0-9]{1,18}")) {
      return false;
    }
    Optional<ProcessHandle> process = ProcessHandle.of(Long.parseLong(fields[1]));
    return process.isEmpty() || !start(process.get()).equals(fields[2]);
  }

  private static String start(ProcessHandle process) {
    return process
        .info()
        .startInstant()
        .map(start -> Long.toString(start.toEpochMilli()))
        .orElse("unknown");
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName().replace('/', '_');
    } catch (UnknownHostException e) {
      return "unknown";
    }
  }
}
