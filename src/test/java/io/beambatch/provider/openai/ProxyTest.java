package io.beambatch.provider.openai;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.emulator.PromptReplies;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderSettingsException;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ServerSocketFactory;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.junit5.StartStop;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The way to a provider that only a proxy knows, with certificates that only we trust. */
class ProxyTest {
  private static final String BATCH = String.format(ProviderFixture.BATCH, "completed");
  private static final String PASSWORD = "changeit";

  private static Path certificates;
  private static SSLContext tls;

  /** The proxy, and behind it the provider: both in one, as MockWebServer does it. */
  @StartStop final MockWebServer server = PromptReplies.server();

  @BeforeAll
  static void makeCertificate(@TempDir Path folder) throws Exception {
    Path store = folder.resolve("server.p12");
    certificates = folder.resolve("ca.pem");
    keytool(
        store,
        List.of(
            "-genkeypair",
            "-keyalg",
            "RSA",
            "-dname",
            "CN=test",
            "-ext",
            "SAN=dns:api.test,dns:localhost"));
    keytool(store, List.of("-exportcert", "-rfc", "-file", certificates.toString()));
    KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, PASSWORD.toCharArray());
    tls = SSLContext.getInstance("TLS");
    tls.init(managers.getKeyManagers(), null, null);
  }

  private static void keytool(Path store, List<String> arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(arguments);
    command.addAll(
        List.of("-keystore", store.toString(), "-storepass", PASSWORD, "-alias", "server"));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), ISO_8859_1);
    assertThat(process.waitFor()).as(output).isZero();
  }

  @BeforeEach
  void speakTls() {
    server.useHttps(tls.getSocketFactory());
  }

  @Test
  void providerIsReachedThroughTheProxyAndWithTheCertificatesOfTheEnvironment() throws Exception {
    enqueueTunnelAndBatch();

    assertThat(get(Map.of("HTTPS_PROXY", proxy(), "SSL_CERT_FILE", certificates.toString())))
        .isEqualTo("batch_1");

    assertThat(server.takeRequest().getRequestLine()).startsWith("CONNECT api.test:443 ");
    RecordedRequest call = server.takeRequest();
    // The server offers HTTP/2, too, where one slow upload would hold up other calls.
    assertThat(call.getRequestLine()).isEqualTo("GET /v1/batches/batch_1 HTTP/1.1");
  }

  @Test
  void proxyThatIsCalledOverTlsGetsThePasswordAndTheKeyStaysInTheTunnel() throws Exception {
    enqueueTunnelAndBatch();
    try (TlsRelay relay = new TlsRelay(server.getPort())) {
      String proxy = "https://me:p%40ss@localhost:" + relay.port();

      assertThat(get(Map.of("https_proxy", proxy, "SSL_CERT_FILE", certificates.toString())))
          .isEqualTo("batch_1");
    }

    RecordedRequest tunnel = server.takeRequest();
    assertThat(tunnel.getHeaders().get("Proxy-Authorization"))
        .isEqualTo("Basic " + Base64.getEncoder().encodeToString("me:p@ss".getBytes(ISO_8859_1)));
    assertThat(tunnel.getHeaders().get("Authorization")).isNull();
    RecordedRequest call = server.takeRequest();
    assertThat(call.getHeaders().get("Proxy-Authorization")).isNull();
    assertThat(call.getHeaders().get("Authorization")).isEqualTo("Bearer any-key");
  }

  @Test
  void socksProxyLooksTheNameUp() throws Exception {
    server.enqueue(new MockResponse.Builder().body(BATCH).build());
    try (SocksRelay relay = new SocksRelay(server.getPort())) {
      Map<String, String> settings =
          Map.of(
              "ALL_PROXY",
              "socks5://localhost:" + relay.port(),
              "SSL_CERT_FILE",
              certificates.toString());

      assertThat(get(settings)).isEqualTo("batch_1");
      assertThat(relay.asked()).isEqualTo("api.test");
    }
  }

  @Test
  void callWithoutTlsGoesToTheProxyAsItIs() throws Exception {
    try (MockWebServer plain = PromptReplies.server()) {
      plain.start();
      plain.enqueue(new MockResponse.Builder().body(BATCH).build());
      Map<String, String> environment =
          Map.of(
              "OPENAI_API_KEY", "any-key",
              "BEAMBATCH_ALLOW_HTTP", "true",
              "HTTP_PROXY", "localhost:" + plain.getPort());

      try (OpenAiProvider provider =
          OpenAiProvider.connect("http://vllm.internal/v1", environment)) {
        assertThat(provider.get("batch_1").id()).isEqualTo("batch_1");
      }

      assertThat(plain.takeRequest().getRequestLine())
          .isEqualTo("GET http://vllm.internal/v1/batches/batch_1 HTTP/1.1");
    }
  }

  @Test
  void proxyThatRefusesIsNamedAndItsPasswordIsNot() {
    for (int i = 0; i < 20; i++) {
      server.enqueue(new MockResponse.Builder().code(403).inTunnel().build());
    }

    assertThatThrownBy(() -> create(Map.of("HTTPS_PROXY", proxy().replace("//", "//me:hunter2@"))))
        .isInstanceOf(ProviderException.class)
        .hasMessageContaining("was not sent: the proxy makes no connection to api.test:443")
        .hasMessageContaining("403")
        .hasMessageContaining("HTTPS_PROXY")
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void certificateThatNobodyTrustsIsNamedWithWhatToSet() {
    enqueueTunnelAndBatch();

    assertThatThrownBy(() -> create(Map.of("HTTPS_PROXY", proxy())))
        .isInstanceOf(ProviderException.class)
        .hasMessageContaining("was not sent: no TLS connection to api.test:443")
        .hasMessageContaining("SSL_CERT_FILE");
    assertThat(server.getRequestCount()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "localhost", "example.com"})
  void loopbackIsNeverCalledThroughAProxy(String noProxy) throws Exception {
    server.enqueue(new MockResponse.Builder().body(BATCH).build());
    Map<String, String> environment =
        Map.of(
            "OPENAI_API_KEY",
            "any-key",
            "ALL_PROXY",
            "http://proxy.invalid:3128",
            "NO_PROXY",
            noProxy,
            "SSL_CERT_FILE",
            certificates.toString());

    try (OpenAiProvider provider =
        OpenAiProvider.connect(server.url("/v1").toString(), environment)) {
      assertThat(provider.get("batch_1").id()).isEqualTo("batch_1");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "HTTPS_PROXY, socks5://me:hunter2@proxy:1080",
    "HTTPS_PROXY, ftp://proxy:21",
    "HTTP_PROXY, http://me:hunter2@bad host",
    "ALL_PROXY, http://:3128",
    "SSL_CERT_FILE, /no/such/file.pem",
  })
  void settingThatCannotBeUsedIsNamed(String name, String value) {
    assertThatThrownBy(() -> get(Map.of(name, value)))
        .isInstanceOf(ProviderSettingsException.class)
        .hasMessageContaining(name)
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void certificateFileWithoutCertificatesIsNamed(@TempDir Path folder) throws Exception {
    Path empty = Files.writeString(folder.resolve("empty.pem"), "");

    assertThatThrownBy(() -> get(Map.of("SSL_CERT_FILE", empty.toString())))
        .isInstanceOf(ProviderSettingsException.class)
        .hasMessageContaining(empty.toString())
        .hasMessageContaining("no certificate");
  }

  private void enqueueTunnelAndBatch() {
    server.enqueue(new MockResponse.Builder().inTunnel().build());
    server.enqueue(new MockResponse.Builder().body(BATCH).build());
  }

  private String proxy() {
    return "http://localhost:" + server.getPort();
  }

  private static String get(Map<String, String> settings) throws Exception {
    try (OpenAiProvider provider = provider(settings)) {
      return provider.get("batch_1").id();
    }
  }

  /** Not repeated, so that failures come at once. */
  private static void create(Map<String, String> settings) throws Exception {
    try (OpenAiProvider provider = provider(settings)) {
      provider.create("file-1", "/v1/embeddings", Map.of());
    }
  }

  private static OpenAiProvider provider(Map<String, String> settings)
      throws ProviderSettingsException {
    Map<String, String> environment = new HashMap<>(settings);
    environment.put("OPENAI_API_KEY", "any-key");
    return OpenAiProvider.connect("https://api.test/v1", environment);
  }

  /** Takes connections and hands their bytes on to a port, both ways. */
  private static class Relay implements AutoCloseable {
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ServerSocket sockets;
    private final int target;

    Relay(ServerSocketFactory factory, int target) throws IOException {
      this.target = target;
      this.sockets = factory.createServerSocket(0, 5, InetAddress.getByName("localhost"));
      threads.execute(this::accept);
    }

    int port() {
      return sockets.getLocalPort();
    }

    /** What stands before the bytes that are handed on. */
    void greet(Socket client) throws IOException {}

    private void accept() {
      while (true) {
        try {
          Socket from = sockets.accept();
          greet(from);
          Socket to = new Socket("localhost", target);
          threads.execute(() -> copy(from, to));
          threads.execute(() -> copy(to, from));
        } catch (IOException closed) {
          return;
        }
      }
    }

    private static void copy(Socket from, Socket to) {
      try (from;
          to;
          InputStream in = from.getInputStream();
          OutputStream out = to.getOutputStream()) {
        in.transferTo(out);
      } catch (IOException closedByEitherSide) {
        return;
      }
    }

    @Override
    public void close() throws IOException {
      sockets.close();
      threads.shutdownNow();
    }
  }

  /** A proxy that is called over TLS itself. */
  private static final class TlsRelay extends Relay {
    TlsRelay(int target) throws IOException {
      super(tls.getServerSocketFactory(), target);
    }
  }

  /** A SOCKS 5 proxy that makes each connection to its one target. */
  private static final class SocksRelay extends Relay {
    private volatile String asked = "";

    SocksRelay(int target) throws IOException {
      super(ServerSocketFactory.getDefault(), target);
    }

    /** The host that was asked for, by its name. */
    String asked() {
      return asked;
    }

    @Override
    void greet(Socket client) throws IOException {
      DataInputStream in = new DataInputStream(client.getInputStream());
      OutputStream out = client.getOutputStream();
      in.skipNBytes(1);
      in.skipNBytes(in.readUnsignedByte());
      out.write(new byte[] {5, 0});
      byte[] head = in.readNBytes(4);
      assertThat(head[3]).as("kind of address: a name").isEqualTo((byte) 3);
      asked = new String(in.readNBytes(in.readUnsignedByte()), ISO_8859_1);
      in.skipNBytes(2);
      out.write(new byte[] {5, 0, 0, 1, 0, 0, 0, 0, 0, 0});
    }
  }
}
