package io.beambatch.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Files that are closed in another thread. */
class BackgroundCloserTest {
  private final ConcurrentLinkedQueue<String> closed = new ConcurrentLinkedQueue<>();
  private final BackgroundCloser closer = new BackgroundCloser("parts");

  @Test
  void areClosedWhileTheirWriterGoesOn() throws IOException {
    CountDownLatch writerWentOn = new CountDownLatch(1);
    closer.close(List.of(() -> await(writerWentOn), file("second")));
    closed.add("writer");
    writerWentOn.countDown();
    closer.close(List.of(file("third")));
    closer.await();

    assertThat(closed).containsExactly("writer", "second", "third");
  }

  @Test
  void areAllClosedIfOneCannotBe() throws IOException {
    closer.close(
        List.of(
            file("first"),
            () -> {
              throw new IOException("disk full");
            },
            file("third")));

    assertThatThrownBy(() -> closer.close(List.of(file("fourth")))).hasMessage("disk full");
    assertThat(closed).containsExactly("first", "third", "fourth");
    closer.await();
  }

  @Test
  void areNotTakenForClosedIfTheCloserFailsOtherwise() throws IOException {
    closer.close(
        List.of(
            () -> {
              throw new IllegalStateException("broken");
            }));

    assertThatThrownBy(closer::await)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("broken");
  }

  @Test
  void areNotAwaitedIfThereAreNone() throws IOException {
    closer.await();

    assertThat(closed).isEmpty();
  }

  private Closeable file(String name) {
    return () -> closed.add(name);
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }
}
