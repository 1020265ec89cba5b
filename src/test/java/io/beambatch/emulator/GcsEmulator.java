package io.beambatch.emulator;

import com.google.cloud.NoCredentials;
import com.google.cloud.storage.Blob;
import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.BucketInfo;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.Storage.BlobListOption;
import com.google.cloud.storage.StorageOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.apache.beam.sdk.extensions.gcp.auth.NoopCredentialFactory;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.awaitility.Awaitility;

/**
 * Google Cloud Storage on this machine, for all tests of a JVM: {@code fake-gcs-server}, which the
 * environment variable {@code BEAMBATCH_FAKE_GCS_SERVER} names. Where it is not there, tests are
 * skipped, or fail if {@code BEAMBATCH_REQUIRE_EMULATORS} is set.
 */
public final class GcsEmulator {
  private static final String PROGRAM = "BEAMBATCH_FAKE_GCS_SERVER";
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private static GcsEmulator running;

  private final URI url;
  private final Storage client;

  private GcsEmulator(URI url) {
    this.url = url;
    this.client = client(url);
  }

  /** The emulator, which ends with this JVM. */
  public static synchronized GcsEmulator start() throws Exception {
    if (running == null) {
      running = new GcsEmulator(launch(InstalledProgram.named(PROGRAM)));
    }
    return running;
  }

  private static URI launch(Path program) throws IOException, InterruptedException {
    while (true) {
      int port = freePort();
      Process process =
          new ProcessBuilder(
                  program.toString(),
                  "-scheme=http",
                  "-host=127.0.0.1",
                  "-port=" + port,
                  "-backend=memory",
                  "-location=EU",
                  "-data=",
                  "-log-level=error")
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
      if (answers(port, process)) {
        return URI.create("http://127.0.0.1:" + port);
      }
      // Somebody else took the port meanwhile.
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Waits until it does, or the process has ended. */
  private static boolean answers(int port, Process process) {
    Awaitility.await("the emulator answers")
        .atMost(PATIENCE)
        .until(() -> !process.isAlive() || connects(port));
    return process.isAlive();
  }

  private static boolean connects(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException notYet) {
      return false;
    }
  }

  /** Where it listens. */
  public URI url() {
    return url;
  }

  /** A client of its own for each call. */
  public static Storage client(URI url) {
    return StorageOptions.newBuilder()
        .setHost(url.toString())
        .setProjectId("test")
        .setCredentials(NoCredentials.getInstance())
        .build()
        .getService();
  }

  /** Options with which Beam comes here. */
  public List<String> beamOptions() {
    return beamOptions(url);
  }

  /** Options with which Beam goes to an address. */
  public static List<String> beamOptions(URI url) {
    return List.of(
        "--gcsEndpoint=" + url + "/storage/v1/",
        "--credentialFactoryClass=" + NoopCredentialFactory.class.getName());
  }

  /** Makes this JVM's file systems go to an address. */
  public static void use(URI url) {
    FileSystems.setDefaultPipelineOptions(
        PipelineOptionsFactory.fromArgs(beamOptions(url).toArray(new String[0])).create());
  }

  /** A new bucket's name. */
  public String bucket() {
    String name = "b-" + UUID.randomUUID();
    client.create(BucketInfo.of(name));
    return name;
  }

  /** Makes an object. */
  public void put(String bucket, String name, String content) {
    put(bucket, name, content.getBytes(StandardCharsets.UTF_8));
  }

  /** Makes an object. */
  public void put(String bucket, String name, byte[] content) {
    client.create(BlobInfo.newBuilder(bucket, name).build(), content);
  }

  /** What is in an object. */
  public String text(String bucket, String name) {
    return new String(client.readAllBytes(bucket, name), StandardCharsets.UTF_8);
  }

  /** The names of all objects that begin like this, sorted. */
  public List<String> names(String bucket, String prefix) {
    return client
        .list(bucket, BlobListOption.prefix(prefix))
        .streamAll()
        .map(Blob::getName)
        .sorted()
        .toList();
  }
}
