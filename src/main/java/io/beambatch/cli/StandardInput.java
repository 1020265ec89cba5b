package io.beambatch.cli;

import io.beambatch.job.Job;
import io.beambatch.job.StandardInputSource;
import io.beambatch.run.Run;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Sha256;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The content of standard input, if that is the job's source. It is read to its end before the run
 * is opened, because its hash identifies the run: the same content resumes the unfinished run.
 * Until the run's folder has them, the bytes are in a temporary file that is deleted when this
 * process ends.
 */
final class StandardInput implements AutoCloseable {
  private final Job job;
  private final @Nullable FileChannel bytes;

  private StandardInput(Job job, @Nullable FileChannel bytes) {
    this.job = job;
    this.bytes = bytes;
  }

  /** Reads standard input to its end, if that is the job's source. */
  static StandardInput of(Job job, JobOptions options, CommandSpec command) throws IOException {
    if (!(job.source() instanceof StandardInputSource source)) {
      return new StandardInput(job, null);
    }
    // On a terminal, the user must know what the program waits for.
    PrintWriter err = command.commandLine().getErr();
    err.println("reading documents from standard input, to its end");
    err.flush();
    FileChannel bytes = temporary(options.staging());
    try (InputStream in = Main.of(command).in()) {
      MessageDigest digest = Sha256.digest();
      new DigestInputStream(in, digest).transferTo(Channels.newOutputStream(bytes));
      String hash = HexFormat.of().formatHex(digest.digest());
      return new StandardInput(job.reading(source.with(hash)), bytes);
    } catch (IOException e) {
      bytes.close();
      throw new IOException("standard input can't be read: " + e.getMessage(), e);
    }
  }

  /** The job with the content that was read; the job itself if its source is another. */
  Job job() {
    return job;
  }

  /** Copies the content into a run's folder, unless the run is planned already. */
  void stage(Run run) throws IOException {
    if (!run.isFinished() && !run.isPlanned()) {
      stage(run.folder());
    }
  }

  /** Copies the content into a run's folder, from which the run reads it. */
  void stage(RunFolder run) throws IOException {
    if (bytes != null) {
      Storage.write(run.standardInput(), out -> copy(bytes, out));
    }
  }

  private static void copy(FileChannel bytes, OutputStream out) throws IOException {
    bytes.position(0);
    Channels.newInputStream(bytes).transferTo(out);
  }

  private static FileChannel temporary(String staging) throws IOException {
    boolean remote = staging.contains("://");
    if (!remote) {
      Storage.createFolder(staging);
    }
    Path folder = Path.of(remote ? System.getProperty("java.io.tmpdir") : staging);
    FileAttribute<?> ofOwner =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    Set<StandardOpenOption> options =
        EnumSet.of(
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
    return FileChannel.open(
        folder.resolve(".stdin-" + UUID.randomUUID() + ".tmp"), options, ofOwner);
  }

  @Override
  public void close() throws IOException {
    if (bytes != null) {
      bytes.close();
    }
  }
}
