package io.beambatch.localserver;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The filter that every call passes first. A web page whose host name resolves to this machine (DNS
 * rebinding) gets no answer, no header can change a call's method, and a body that arrives too
 * slowly is cut off, so that slow senders don't occupy all threads.
 */
final class Gate implements Filter {
  /** How many bodies may be read at once; each occupies a thread. */
  static final int MOST_BODIES = 192;

  private static final String METHOD_OVERRIDE = "X-HTTP-Method-Override";
  private static final Pattern LOOPBACK =
      Pattern.compile(
          "(localhost|127(\\.[0-9]{1,3}){3}|\\[::1]|\\[0:0:0:0:0:0:0:1])(:[0-9]{1,5})?");
  private static final Set<String> WITHOUT_BODY = Set.of("GET", "HEAD", "DELETE", "OPTIONS");

  private final Semaphore bodies = new Semaphore(MOST_BODIES);
  private final MinimumRate rate;

  Gate(MinimumRate rate) {
    this.rate = rate;
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    HttpServletRequest call = (HttpServletRequest) request;
    HttpServletResponse reply = (HttpServletResponse) response;
    if (!isLoopback(call.getHeader("Host")) || !isLoopback(call.getServerName())) {
      refuse(
          reply,
          ApiError.of(
              421,
              "This server answers calls to 127.0.0.1 and localhost only. Call it by that name.",
              "misdirected_request"));
      return;
    }
    if (!isOwnPage(call.getHeader("Origin"))) {
      refuse(
          reply,
          ApiError.of(
              403,
              "This server answers no calls of web pages, unless they are on this machine.",
              "forbidden_origin"));
      return;
    }
    if (WITHOUT_BODY.contains(call.getMethod())) {
      chain.doFilter(new Guarded(call, rate), response);
      return;
    }
    if (!bodies.tryAcquire()) {
      reply.setHeader("retry-after", "1");
      reply.setHeader("Connection", "close");
      refuse(reply, ApiError.serverError(503));
      return;
    }
    try {
      chain.doFilter(new Guarded(call, rate), response);
    } finally {
      bodies.release();
    }
  }

  /**
   * Browsers send the page's origin with each cross-site call that changes something; programs send
   * none.
   */
  private static boolean isOwnPage(@Nullable String origin) {
    return origin == null || isLoopbackPage(origin.toLowerCase(Locale.ROOT));
  }

  private static boolean isLoopbackPage(String origin) {
    int host = origin.indexOf("://") + 3;
    return host > 2 && isLoopback(origin.substring(host));
  }

  private static boolean isLoopback(@Nullable String host) {
    return host == null || LOOPBACK.matcher(host.toLowerCase(Locale.ROOT)).matches();
  }

  private static void refuse(HttpServletResponse reply, ApiError error) throws IOException {
    reply.setStatus(error.status());
    reply.setContentType("application/json");
    reply.getOutputStream().write(ServerJson.text(error::writeTo).getBytes(StandardCharsets.UTF_8));
  }

  /** A call whose method is that of its request line, and whose body must keep a minimum rate. */
  private static final class Guarded extends HttpServletRequestWrapper {
    private final MinimumRate rate;
    private @Nullable ServletInputStream body;

    Guarded(HttpServletRequest call, MinimumRate rate) {
      super(call);
      this.rate = rate;
    }

    @Override
    public @Nullable String getHeader(String name) {
      return METHOD_OVERRIDE.equalsIgnoreCase(name) ? null : super.getHeader(name);
    }

    @Override
    public Enumeration<String> getHeaders(String name) {
      return METHOD_OVERRIDE.equalsIgnoreCase(name)
          ? Collections.emptyEnumeration()
          : super.getHeaders(name);
    }

    @Override
    public Enumeration<String> getHeaderNames() {
      List<String> names = Collections.list(super.getHeaderNames());
      names.removeIf(METHOD_OVERRIDE::equalsIgnoreCase);
      return Collections.enumeration(names);
    }

    @Override
    public ServletInputStream getInputStream() throws IOException {
      if (body == null) {
        body = new Timed(super.getInputStream(), rate);
      }
      return body;
    }
  }

  /** A body that is given up when it arrives too slowly. */
  private static final class Timed extends ServletInputStream {
    private final ServletInputStream in;
    private final MinimumRate rate;
    private final long begun = System.nanoTime();
    private long bytes;

    Timed(ServletInputStream in, MinimumRate rate) {
      this.in = in;
      this.rate = rate;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int read = in.read(buffer, offset, length);
      bytes += Math.max(read, 0);
      if (read >= 0 && !rate.allows(bytes, Duration.ofNanos(System.nanoTime() - begun))) {
        throw new InterruptedIOException(
            "The request body comes with less than " + rate.bytesPerSecond() + " bytes a second.");
      }
      return read;
    }

    @Override
    public boolean isFinished() {
      return in.isFinished();
    }

    @Override
    public boolean isReady() {
      return in.isReady();
    }

    @Override
    public void setReadListener(ReadListener listener) {
      in.setReadListener(listener);
    }
  }
}
