package io.beambatch.provider.http;

import io.beambatch.provider.ProviderSettingsException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import javax.net.SocketFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.Credentials;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/**
 * The network settings of calls to a provider: the proxy, and the certificates to trust. They come
 * from the environment variables that the official SDKs read; without them, the JVM's own settings
 * apply ({@code https.proxyHost}, {@code javax.net.ssl.trustStore}).
 */
public final class Network {
  /** The JVM's own settings. */
  public static final Network DEFAULT = new Network(null, null, List.of(), null);

  /** With each of them, the proxy resolves host names. */
  private static final Set<String> SOCKS = Set.of("socks", "socks5", "socks5h");

  private final @Nullable URI httpProxy;
  private final @Nullable URI httpsProxy;
  private final List<String> noProxy;
  private final @Nullable X509TrustManager trust;

  private Network(
      @Nullable URI httpProxy,
      @Nullable URI httpsProxy,
      List<String> noProxy,
      @Nullable X509TrustManager trust) {
    this.httpProxy = httpProxy;
    this.httpsProxy = httpsProxy;
    this.noProxy = noProxy;
    this.trust = trust;
  }

  /**
   * Reads {@code HTTPS_PROXY}, {@code HTTP_PROXY}, {@code ALL_PROXY} and {@code NO_PROXY}, in upper
   * or lower case, and {@code SSL_CERT_FILE}.
   *
   * @throws ProviderSettingsException if one of them can't be used
   */
  public static Network from(Map<String, String> environment) throws ProviderSettingsException {
    String certificates = environment.getOrDefault("SSL_CERT_FILE", "");
    URI all = proxy("ALL_PROXY", environment);
    URI http = proxy("HTTP_PROXY", environment);
    URI https = proxy("HTTPS_PROXY", environment);
    return new Network(
        http == null ? all : http,
        https == null ? all : https,
        names(variable("NO_PROXY", environment)),
        certificates.isBlank() ? null : trust(Path.of(certificates)));
  }

  /** Returns a client with the settings for this URL. */
  OkHttpClient.Builder clientFor(HttpUrl url) {
    OkHttpClient.Builder client = new OkHttpClient.Builder();
    if (trust != null) {
      client.sslSocketFactory(context(trust).getSocketFactory(), trust);
    }
    URI proxy = url.isHttps() ? httpsProxy : httpProxy;
    if (isExempt(url)) {
      return client.proxy(Proxy.NO_PROXY);
    }
    return proxy == null ? client : through(proxy, client);
  }

  private OkHttpClient.Builder through(URI proxy, OkHttpClient.Builder client) {
    boolean socks = SOCKS.contains(proxy.getScheme());
    boolean tls = proxy.getScheme().equals("https");
    int usual = socks ? 1080 : tls ? 443 : 80;
    client.proxy(
        new Proxy(
            socks ? Proxy.Type.SOCKS : Proxy.Type.HTTP,
            InetSocketAddress.createUnresolved(
                proxy.getHost(), proxy.getPort() < 0 ? usual : proxy.getPort())));
    String user = proxy.getUserInfo();
    if (user != null) {
      int colon = user.indexOf(':');
      String credentials =
          Credentials.basic(
              colon < 0 ? user : user.substring(0, colon),
              colon < 0 ? "" : user.substring(colon + 1),
              StandardCharsets.UTF_8);
      client.proxyAuthenticator(
          (route, response) ->
              // Sent once: a proxy that asks again has refused it.
              response.request().header("Proxy-Authorization") != null
                  ? null
                  : response
                      .request()
                      .newBuilder()
                      .header("Proxy-Authorization", credentials)
                      .build());
    }
    if (tls) {
      client.socketFactory(new TlsSockets(context(trust)));
    }
    return client;
  }

  /** Loopback never goes through a proxy: there it would mean the proxy's own machine. */
  private boolean isExempt(HttpUrl url) {
    String host = url.host().toLowerCase(Locale.ROOT);
    return isLoopback(host) || noProxy.stream().anyMatch(name -> matches(name, host, url.port()));
  }

  /** Returns whether a host is this machine, by its name or address alone, without a lookup. */
  public static boolean isLoopback(String host) {
    return host.equals("localhost")
        || host.endsWith(".localhost")
        || host.matches("127(\\.\\d{1,3}){3}")
        || host.equals("::1")
        || host.equals("[::1]");
  }

  /**
   * Returns whether a list such as {@code api.openai.com, *.openai.azure.com, 10.0.0.5:8080}
   * contains a host. A name without a port matches all ports; only {@code *.} matches subdomains.
   */
  public static boolean isListed(String host, int port, String list) {
    String lower = host.toLowerCase(Locale.ROOT);
    return names(list).stream()
        .anyMatch(
            name ->
                name.equals(lower)
                    || name.equals(lower + ":" + port)
                    || (name.startsWith("*.") && lower.endsWith(name.substring(1))));
  }

  private static List<String> names(String list) {
    return Arrays.stream(list.toLowerCase(Locale.ROOT).split(",", -1))
        .map(String::strip)
        .filter(name -> !name.isEmpty())
        .toList();
  }

  private static boolean matches(String name, String host, int port) {
    if (name.equals("*")) {
      return true;
    }
    String domain = name;
    int colon = name.lastIndexOf(':');
    if (colon > 0 && name.indexOf(':') == colon) {
      if (!name.substring(colon + 1).equals(String.valueOf(port))) {
        return false;
      }
      domain = name.substring(0, colon);
    }
    domain = domain.replaceFirst("^\\*?\\.", "");
    return host.equals(domain) || host.endsWith("." + domain);
  }

  private static String variable(String name, Map<String, String> environment) {
    String small = environment.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    return (small.isBlank() ? environment.getOrDefault(name, "") : small).strip();
  }

  private static @Nullable URI proxy(String name, Map<String, String> environment)
      throws ProviderSettingsException {
    String value = variable(name, environment);
    if (value.isEmpty()) {
      return null;
    }
    try {
      URI proxy = new URI(value.contains("://") ? value : "http://" + value);
      boolean socks = SOCKS.contains(String.valueOf(proxy.getScheme()));
      boolean http = List.of("http", "https").contains(proxy.getScheme());
      if (proxy.getHost() != null && (http || (socks && proxy.getUserInfo() == null))) {
        return proxy;
      }
    } catch (URISyntaxException e) {
      // Reported below, without the value: it may contain a password.
    }
    throw new ProviderSettingsException(
        name
            + " is not the URL of a proxy that can be used: write it as in"
            + " http://user:password@proxy.example.com:3128 (http or https, with special"
            + " characters of the password as %XX; or socks5, without a password)");
  }

  private static X509TrustManager trust(Path file) throws ProviderSettingsException {
    // Buffered, because certificates are read byte by byte.
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      Collection<? extends Certificate> certificates =
          CertificateFactory.getInstance("X.509").generateCertificates(in);
      if (certificates.isEmpty()) {
        throw new GeneralSecurityException("there is no certificate in it");
      }
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int count = 0;
      for (Certificate certificate : certificates) {
        store.setCertificateEntry("ca-" + count++, certificate);
      }
      return trust(store);
    } catch (IOException | GeneralSecurityException e) {
      throw new ProviderSettingsException(
          "SSL_CERT_FILE names "
              + file
              + ", which can't be read as certificates in PEM form: "
              + e.getMessage());
    }
  }

  private static X509TrustManager trust(@Nullable KeyStore store) throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return (X509TrustManager) factory.getTrustManagers()[0];
  }

  private static SSLContext context(@Nullable X509TrustManager trust) {
    try {
      if (trust == null) {
        return SSLContext.getDefault();
      }
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {trust}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("This JVM has no TLS: " + e.getMessage(), e);
    }
  }

  /** Sockets to a proxy that itself requires TLS, which OkHttp doesn't support. */
  private static final class TlsSockets extends SocketFactory {
    private final SocketFactory sockets;

    TlsSockets(SSLContext context) {
      this.sockets = context.getSocketFactory();
    }

    @Override
    public Socket createSocket() throws IOException {
      SSLSocket socket = (SSLSocket) sockets.createSocket();
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      socket.setSSLParameters(parameters);
      return socket;
    }

    @Override
    public Socket createSocket(String host, int port) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
      throw new UnsupportedOperationException();
    }
  }
}
