package io.beambatch.provider;

import io.beambatch.provider.BatchProvider.Upload;
import io.beambatch.provider.ProviderException.Kind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One try at an upload: a multipart form of known length, read as the connection takes it. */
final class UploadBody implements AutoCloseable {
  private final String boundary = "beambatch-" + UUID.randomUUID();
  private final Upload upload;
  private final ExactStream content;

  UploadBody(Upload upload) {
    this.upload = upload;
    this.content = new ExactStream(upload.content(), upload.bytes());
  }

  String contentType() {
    return "multipart/form-data; boundary=" + boundary;
  }

  BodyPublisher publisher() {
    byte[] head =
        ("--"
                + boundary
                + "\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n--"
                + boundary
                + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\""
                + quoted(upload.name())
                + "\"\r\nContent-Type: application/jsonl\r\n\r\n")
            .getBytes(StandardCharsets.UTF_8);
    byte[] tail = ("\r\n--" + boundary + "--\r\n").getBytes(StandardCharsets.UTF_8);
    return BodyPublishers.fromPublisher(
        BodyPublishers.ofInputStream(
            () ->
                new SequenceInputStream(
                    Collections.enumeration(
                        List.<InputStream>of(
                            new ByteArrayInputStream(head),
                            content,
                            new ByteArrayInputStream(tail))))),
        head.length + upload.bytes() + tail.length);
  }

  /**
   * What the content itself did wrong, or null: that explains what the connection says, and goes
   * before it.
   */
  @Nullable ProviderException fault() {
    IOException failure = content.failure();
    if (failure == null) {
      return null;
    }
    String name = "The upload of " + upload.name();
    if (failure instanceof ExactStream.WrongSizeException) {
      return new ProviderException(
          Kind.INVALID_REQUEST,
          0,
          null,
          null,
          name + " was broken off: its content " + failure.getMessage() + "; nothing was kept",
          failure);
    }
    return new ProviderException(
        Kind.NO_REPLY,
        0,
        null,
        null,
        name + " was broken off: its content can't be read: " + failure,
        failure);
  }

  /** Whether everything was handed to the connection. */
  boolean sent() {
    return content.complete();
  }

  @Override
  public void close() throws IOException {
    content.close();
  }

  /** As browsers write names in forms. */
  private static String quoted(String name) {
    return name.replace("\"", "%22").replace("\r", "%0D").replace("\n", "%0A");
  }
}
