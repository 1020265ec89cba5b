package io.beambatch.batch;

/** The process is gone: nothing that it would have done next is done. */
final class Crash extends Error {
  Crash() {
    super("crash", null, false, false);
  }
}
