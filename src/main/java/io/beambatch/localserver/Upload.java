package io.beambatch.localserver;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.MultiPart;
import org.eclipse.jetty.io.Content;
import org.jspecify.annotations.Nullable;

/**
 * Receives a multipart upload as it arrives: the part {@code file} is written straight to disk, the
 * others are fields. An oversize upload is read to its end, so that the client receives the reply.
 */
final class Upload implements MultiPart.Parser.Listener, Closeable {
  private static final int BUFFER = 1 << 16;
  private static final int LONGEST_FIELD = 4_096;

  private final Map<String, String> fields = new HashMap<>();
  private final Path target;
  private final long mostBytes;
  private final OutputStream file;
  private Map<String, String> disposition = new HashMap<>();
  private final byte[] field = new byte[LONGEST_FIELD];
  private int fieldBytes;
  private long bytes;
  private @Nullable String filename;
  private @Nullable Throwable failure;

  /**
   * @param target receives the file's content
   * @param mostBytes the maximum that is written
   */
  Upload(Path target, long mostBytes) throws IOException {
    this.target = target;
    this.mostBytes = mostBytes;
    this.file = Files.newOutputStream(target);
  }

  /**
   * Reads a request's body.
   *
   * @throws ApiException if it isn't multipart
   */
  void read(InputStream body, String contentType) throws IOException, ApiException {
    String boundary = MultiPart.extractBoundary(contentType);
    if (boundary == null) {
      throw new ApiException(
          ApiError.invalid(
              "Expected a multipart/form-data body with a boundary, but got '"
                  + contentType
                  + "'. Send the file as a form field called 'file'.",
              null,
              null));
    }
    MultiPart.Parser parser = new MultiPart.Parser(boundary, this);
    byte[] buffer = new byte[BUFFER];
    try {
      int read;
      while ((read = body.read(buffer)) >= 0) {
        parser.parse(Content.Chunk.from(ByteBuffer.wrap(buffer, 0, read), false));
      }
      parser.parse(Content.Chunk.EOF);
    } catch (RuntimeException e) {
      if (e instanceof HttpException) {
        failure = e;
      } else {
        throw e;
      }
    }
    if (failure != null) {
      throw new ApiException(
          ApiError.invalid(
              "The multipart body could not be read: " + failure.getMessage(), null, null));
    }
  }

  /** The name under which the file was sent; null if there was no part {@code file}. */
  @Nullable String filename() {
    return filename;
  }

  /** The content's size; above the maximum if it was too large. */
  long bytes() {
    return bytes;
  }

  @Nullable String field(String name) {
    return fields.get(name);
  }

  @Override
  public void onPartBegin() {
    disposition = new HashMap<>();
    fieldBytes = 0;
  }

  @Override
  public void onPartHeader(String name, String value) {
    if (name.equalsIgnoreCase("Content-Disposition")) {
      HttpField.getValueParameters(value, disposition);
      if (isFile()) {
        filename = disposition.getOrDefault("filename", "upload");
      }
    }
  }

  @Override
  public void onPartContent(Content.Chunk chunk) {
    ByteBuffer content = chunk.getByteBuffer();
    if (isFile()) {
      write(content);
    } else {
      int length = Math.min(content.remaining(), LONGEST_FIELD - fieldBytes);
      content.get(field, fieldBytes, length);
      fieldBytes += length;
    }
  }

  @Override
  public void onPartEnd() {
    String name = disposition.get("name");
    if (name != null && !isFile()) {
      fields.put(name, new String(field, 0, fieldBytes, StandardCharsets.UTF_8));
    }
  }

  @Override
  public void onFailure(Throwable cause) {
    failure = cause;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  private boolean isFile() {
    return "file".equals(disposition.get("name"));
  }

  private void write(ByteBuffer content) {
    int length = content.remaining();
    bytes += length;
    if (bytes <= mostBytes && failure == null) {
      try {
        if (content.hasArray()) {
          file.write(content.array(), content.arrayOffset() + content.position(), length);
        } else {
          byte[] copy = new byte[length];
          content.duplicate().get(copy);
          file.write(copy);
        }
      } catch (IOException e) {
        failure = new IOException("Could not write " + target + ": " + e.getMessage(), e);
      }
    }
  }
}
