package io.beambatch.batch;

import org.jspecify.annotations.Nullable;

/** One chunk can't go on; the others may. */
final class ChunkException extends BatchException {
  ChunkException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
