package io.beambatch.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.emulator.GcsEmulator;
import io.beambatch.ledger.LedgerStore.Versioned;
import io.beambatch.ledger.Ledgers;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.apache.beam.runners.core.construction.SerializablePipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class FileSystemOptionsTest {
  @TempDir Path folder;

  /** A worker is another process, on another machine, and gets the options as they travel. */
  @Test
  void reachAWorkerWithThePipelinesOptions() throws Exception {
    GcsEmulator emulator = GcsEmulator.start();
    String bucket = emulator.bucket();
    Path travelling = folder.resolve("options");
    try (ObjectOutputStream out = new ObjectOutputStream(Files.newOutputStream(travelling))) {
      out.writeObject(
          new SerializablePipelineOptions(
              PipelineOptionsFactory.fromArgs(emulator.beamOptions().toArray(new String[0]))
                  .create()));
    }
    Path log = folder.resolve("worker.log");
    Process worker =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Worker.class.getName(),
                travelling.toString(),
                "gs://" + bucket)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    assertThat(worker.waitFor(4, TimeUnit.MINUTES)).as("the worker ends").isTrue();
    assertThat(worker.exitValue()).as(Files.readString(log)).isZero();
    assertThat(emulator.text(bucket, "file")).isEqualTo("through the file system");
    assertThat(emulator.text(bucket, "ledger/x/1.json")).isEqualTo("through the client");
  }

  /** Knows nothing but what travelled. */
  static final class Worker {
    private Worker() {}

    public static void main(String[] args) throws IOException, ClassNotFoundException {
      try (ObjectInputStream in = new ObjectInputStream(Files.newInputStream(Path.of(args[0])))) {
        in.readObject();
      }
      Storage.write(
          args[1] + "/file",
          out -> out.write("through the file system".getBytes(StandardCharsets.UTF_8)));
      Ledgers.open(args[1]).write("ledger/x", Versioned.ABSENT, "through the client");
    }
  }
}
