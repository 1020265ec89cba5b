package io.beambatch.provider.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.provider.BatchProvider.ContentSource;
import io.beambatch.provider.BatchProvider.Upload;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import io.beambatch.provider.http.Retries;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.Test;

class OpenAiUploadTest extends ProviderFixture {
  private static final String FILE = "{\"id\":\"file-1\",\"object\":\"file\",\"bytes\":%d}";

  @Test
  void uploadIsAFormOfKnownLengthWithPurposeAndFile() throws Exception {
    then(json(200, String.format(FILE, 9)));

    String id = provider.upload(upload("{\"a\":1}\n\n", 9)).id();

    assertThat(id).isEqualTo("file-1");
    RecordedRequest request = taken().get(0);
    assertThat(request.getMethod() + request.getTarget()).isEqualTo("POST/v1/files");
    assertThat(request.getHeaders().toMultimap())
        .containsEntry("authorization", List.of("Bearer " + KEY))
        .containsEntry("content-length", List.of("" + request.getBodySize()))
        .doesNotContainKey("transfer-encoding");
    String boundary = request.getHeaders().get("content-type").replaceFirst(".*boundary=", "");
    assertThat(request.getBody().utf8())
        .isEqualTo(
            "--B\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"chunk%22.jsonl\"\r\nContent-Type: application/jsonl\r\n\r\n{\"a\":1}\n\n\r\n--B--\r\n"
                .replace("B\r", boundary + "\r")
                .replace("--B--", "--" + boundary + "--"));
  }

  @Test
  void contentIsOpenedAgainForEachTryAndClosedAfterIt() throws Exception {
    then(
        dropped(),
        json(503, "busy"),
        json(429, error("rate_limit_exceeded", "slow")),
        json(200, String.format(FILE, 3)));
    AtomicInteger opened = new AtomicInteger();
    AtomicInteger closed = new AtomicInteger();
    ContentSource content =
        () -> {
          opened.incrementAndGet();
          return new FilterInputStream(new ByteArrayInputStream("abc".getBytes(UTF_8))) {
            @Override
            public void close() throws IOException {
              closed.incrementAndGet();
              super.close();
            }
          };
        };

    assertThat(provider.upload(new Upload("c.jsonl", 3, content)).id()).isEqualTo("file-1");

    assertThat(opened).hasValue(4);
    assertThat(closed.get()).isGreaterThanOrEqualTo(4);
    assertThat(taken())
        .hasSize(4)
        .allSatisfy(r -> assertThat(r.getBody().utf8()).contains("\r\nabc\r\n"));
    assertThat(waits).hasSize(3);
  }

  @Test
  void contentThatIsShorterThanAnnouncedIsNoUpload() {
    then(json(200, String.format(FILE, 5)));

    ProviderException failure = failureOf(() -> provider.upload(upload("abc", 5)));

    assertThat(failure.kind()).isEqualTo(Kind.INVALID_REQUEST);
    assertThat(failure).hasMessageContaining("chunk").hasMessageContaining("ends after 3 of the 5");
    assertThat(waits).isEmpty();
    assertThat(taken()).as("whole requests").noneMatch(ProviderFixture::isWhole);
  }

  @Test
  void contentThatIsLongerThanAnnouncedIsNoUpload() {
    then(json(200, String.format(FILE, 2)));

    ProviderException failure = failureOf(() -> provider.upload(upload("abc", 2)));

    assertThat(failure.kind()).isEqualTo(Kind.INVALID_REQUEST);
    assertThat(failure).hasMessageContaining("continues after the 2 bytes");
    assertThat(waits).isEmpty();
    assertThat(taken()).as("whole requests").noneMatch(ProviderFixture::isWhole);
  }

  @Test
  void contentThatCannotBeReadIsTriedAgainThenNamed() {
    Upload upload =
        new Upload(
            "c.jsonl",
            5,
            () -> {
              throw new FileNotFoundException("part-0007");
            });

    ProviderException failure = failureOf(() -> provider.upload(upload));

    assertThat(failure)
        .hasMessageContaining("can't be read: part-0007")
        .hasMessageContaining("tried 6 times");
    assertThat(waits).hasSize(5);
  }

  @Test
  void contentThatFailsOnceIsReadAgain() throws Exception {
    // Whether the broken request uses up a reply of a script is a matter of time.
    server.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) {
            return json(200, String.format(FILE, 3));
          }
        });
    AtomicInteger opened = new AtomicInteger();
    ContentSource content =
        () -> {
          if (opened.incrementAndGet() == 1) {
            return new FilterInputStream(InputStream.nullInputStream()) {
              @Override
              public int read(byte[] buffer, int offset, int length) throws IOException {
                throw new IOException("storage hiccup");
              }
            };
          }
          return new ByteArrayInputStream("abc".getBytes(UTF_8));
        };

    assertThat(provider.upload(new Upload("c.jsonl", 3, content)).id()).isEqualTo("file-1");
    assertThat(opened).hasValue(2);
    assertThat(calls()).containsOnly("POST /v1/files");
    assertThat(taken()).filteredOn(ProviderFixture::isWhole).hasSize(1);
  }

  @Test
  void uploadThatIsHungUpOnBecauseOfTheKeySaysSo() {
    then(hungUp(), json(401, error("invalid_api_key", "Incorrect API key provided")));
    long bytes = 50L << 20;

    ProviderException failure =
        failureOf(
            () -> provider.upload(new Upload("c.jsonl", bytes, () -> new GeneratedStream(bytes))));

    assertThat(failure.kind()).isEqualTo(Kind.UNAUTHORIZED);
    assertThat(calls()).containsExactly("POST /v1/files", "GET /v1/batches?limit=1");
    assertThat(waits).isEmpty();
  }

  @Test
  void uploadThatIsHungUpOnForNoReasonIsRepeated() throws Exception {
    long bytes = 5L << 20;
    then(hungUp(), json(200, "{\"data\":[]}"), json(200, String.format(FILE, bytes)));

    String id =
        provider.upload(new Upload("c.jsonl", bytes, () -> new GeneratedStream(bytes))).id();

    assertThat(id).isEqualTo("file-1");
    assertThat(calls())
        .containsExactly("POST /v1/files", "GET /v1/batches?limit=1", "POST /v1/files");
  }

  @Test
  void fileThatAzureStillLooksAtIsWaitedFor() throws Exception {
    then(
        json(200, "{\"id\":\"file-1\",\"status\":\"pending\"}"),
        json(200, "{\"id\":\"file-1\",\"status\":\"running\"}"),
        json(200, "{\"id\":\"file-1\",\"status\":\"processed\",\"filename\":\"c.jsonl\"}"));

    assertThat(provider.upload(upload("abc", 3)).name()).isEqualTo("c.jsonl");

    assertThat(calls())
        .containsExactly("POST /v1/files", "GET /v1/files/file-1", "GET /v1/files/file-1");
    assertThat(waits).hasSize(2);
  }

  @Test
  void fileThatTheProviderCannotUseSaysWhy() {
    then(
        json(200, "{\"id\":\"file-1\",\"status\":\"pending\"}"),
        json(200, "{\"id\":\"file-1\",\"status\":\"error\",\"status_details\":\"line 3 is bad\"}"));

    ProviderException failure = failureOf(() -> provider.upload(upload("abc", 3)));

    assertThat(failure.kind()).isEqualTo(Kind.INVALID_REQUEST);
    assertThat(failure).hasMessageContaining("file-1: line 3 is bad");
  }

  @Test
  void fileThatIsNeverReadyEndsTheWait() {
    server.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) {
            return json(200, "{\"id\":\"file-1\",\"status\":\"pending\"}");
          }
        });

    assertThat(failureOf(() -> provider.upload(upload("abc", 3))))
        .hasMessageContaining("file-1 is still 'pending' after 10 minutes");
    assertThat(waits.stream().reduce(Duration.ZERO, Duration::plus))
        .isBetween(Duration.ofMinutes(9), Duration.ofMinutes(10));
  }

  @Test
  void uploadOf300MegabytesIsNeverInMemory() throws Exception {
    long bytes = 300L << 20;
    then(json(200, String.format(FILE, bytes)));
    OpenAiProvider patient = provider(Retries.DEFAULT, Duration.ofMinutes(2));
    long before = usedMemory();
    AtomicLong nearTheEnd = new AtomicLong();
    InputStream content =
        new FilterInputStream(new GeneratedStream(bytes)) {
          private long count;

          @Override
          public int read(byte[] buffer, int offset, int length) throws IOException {
            int read = super.read(buffer, offset, length);
            count += read;
            if (count > bytes * 9 / 10 && nearTheEnd.get() == 0) {
              nearTheEnd.set(usedMemory());
            }
            return read;
          }
        };

    patient.upload(new Upload("c.jsonl", bytes, () -> content));

    assertThat(taken().get(0).getBodySize()).isGreaterThan(bytes);
    assertThat(nearTheEnd.get()).isPositive().isLessThan(before + (50L << 20));
  }

  private static long usedMemory() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private static Upload upload(String content, long bytes) {
    return new Upload(
        "chunk\".jsonl", bytes, () -> new ByteArrayInputStream(content.getBytes(UTF_8)));
  }

  /** Lines without end, up to a size. */
  private static final class GeneratedStream extends InputStream {
    private long left;

    GeneratedStream(long bytes) {
      this.left = bytes;
    }

    @Override
    public int read() {
      return left-- > 0 ? '\n' : -1;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
      if (left <= 0) {
        return -1;
      }
      int count = (int) Math.min(length, left);
      Arrays.fill(buffer, offset, offset + count, (byte) '\n');
      left -= count;
      return count;
    }
  }
}
