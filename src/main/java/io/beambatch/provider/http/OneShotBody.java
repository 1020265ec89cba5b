package io.beambatch.provider.http;

import io.beambatch.provider.BatchProvider.Upload;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import okhttp3.MediaType;
import okhttp3.MultipartBody;
import okhttp3.RequestBody;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;

/**
 * A request body of declared length that OkHttp may send only once. OkHttp resends other bodies by
 * itself after 408, 421 and 503, and each repetition of a creation could create, and bill, another
 * batch.
 */
public abstract class OneShotBody extends RequestBody {
  private static final int BUFFER = 1 << 16;

  private volatile boolean sent;

  /** Returns whether all of the body was handed to the connection. */
  public final boolean sent() {
    return sent;
  }

  @Override
  public final boolean isOneShot() {
    return true;
  }

  @Override
  public final void writeTo(BufferedSink sink) throws IOException {
    write(sink);
    sink.flush();
    sent = true;
  }

  abstract void write(BufferedSink sink) throws IOException;

  /** A JSON text. */
  public static OneShotBody json(String json) {
    return new Wrapped(
        RequestBody.create(
            json.getBytes(StandardCharsets.UTF_8), MediaType.get("application/json")));
  }

  /** An empty body. */
  public static OneShotBody empty() {
    return new Wrapped(RequestBody.create(new byte[0], null));
  }

  /** The content of an upload from an offset on, read while it is sent. */
  public static OneShotBody rest(Upload upload, long from) {
    return new Wrapped(new Content(upload, from));
  }

  /** A multipart form with a purpose and a file, read while it is sent. */
  public static OneShotBody form(String purpose, Upload upload) {
    return new Wrapped(
        new MultipartBody.Builder()
            .setType(MultipartBody.FORM)
            .addFormDataPart("purpose", purpose)
            .addFormDataPart("file", upload.name(), new Content(upload, 0))
            .build());
  }

  /**
   * A JSON text whose array consists of lines, read while they are sent.
   *
   * @param before the text up to the array's first element
   * @param after the text after its last element
   */
  public static OneShotBody ofLines(String before, Upload lines, String after) {
    return new Wrapped(new LinesInJson(before, lines, after));
  }

  /**
   * The content can't be read, or its size is not the declared one: not a fault of the connection.
   */
  static final class ContentException extends IOException {
    private final boolean wrongSize;

    ContentException(String message, boolean wrongSize, @Nullable Throwable cause) {
      super(message, cause);
      this.wrongSize = wrongSize;
    }

    boolean isWrongSize() {
      return wrongSize;
    }
  }

  private static final class Wrapped extends OneShotBody {
    private final RequestBody body;

    Wrapped(RequestBody body) {
      this.body = body;
    }

    @Override
    public @Nullable MediaType contentType() {
      return body.contentType();
    }

    @Override
    public long contentLength() throws IOException {
      return body.contentLength();
    }

    @Override
    void write(BufferedSink sink) throws IOException {
      body.writeTo(sink);
    }
  }

  /**
   * The file's content. If its size is wrong, the request stays incomplete, so that the provider
   * discards it.
   */
  private static class Content extends RequestBody {
    private final Upload upload;
    private final long from;

    Content(Upload upload, long from) {
      this.upload = upload;
      this.from = from;
    }

    @Override
    public MediaType contentType() {
      return MediaType.get("application/jsonl");
    }

    @Override
    public long contentLength() {
      return upload.bytes() - from;
    }

    /** Replaces the bytes that were read with those to send; returns their number. */
    int sent(byte[] buffer, int read, boolean last) {
      return read;
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
      byte[] buffer = new byte[BUFFER];
      long left = upload.bytes() - from;
      InputStream content = open();
      try (content) {
        skip(content);
        while (left > 0) {
          int read = read(content, buffer, left);
          if (read < 0) {
            throw new ContentException(
                String.format(
                    "the content of %s ends after %d of the %d bytes announced",
                    upload.name(), upload.bytes() - left, upload.bytes()),
                true,
                null);
          }
          left -= read;
          sink.write(buffer, 0, sent(buffer, read, left == 0));
        }
        if (read(content, buffer, 1) >= 0) {
          throw new ContentException(
              String.format(
                  "the content of %s continues after the %d bytes announced",
                  upload.name(), upload.bytes()),
              true,
              null);
        }
      }
    }

    /** Skips what was sent before. */
    private void skip(InputStream content) throws ContentException {
      try {
        content.skipNBytes(from);
      } catch (IOException | RuntimeException e) {
        throw unreadable(e);
      }
    }

    private InputStream open() throws ContentException {
      try {
        return upload.content().open();
      } catch (IOException | RuntimeException e) {
        throw unreadable(e);
      }
    }

    private int read(InputStream content, byte[] buffer, long most) throws ContentException {
      try {
        return content.read(buffer, 0, (int) Math.min(buffer.length, most));
      } catch (IOException | RuntimeException e) {
        throw unreadable(e);
      }
    }

    private ContentException unreadable(Exception e) {
      return new ContentException(
          "the content of "
              + upload.name()
              + " can't be read"
              + (e.getMessage() == null ? "" : ": " + e.getMessage()),
          false,
          e);
    }
  }

  /**
   * Lines as the elements of an array: each line feed becomes a comma, and the last one is dropped.
   */
  private static final class LinesInJson extends Content {
    private final byte[] before;
    private final byte[] after;

    LinesInJson(String before, Upload lines, String after) {
      super(lines, 0);
      this.before = before.getBytes(StandardCharsets.UTF_8);
      this.after = after.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public MediaType contentType() {
      return MediaType.get("application/json");
    }

    @Override
    public long contentLength() {
      return before.length + super.contentLength() - 1 + after.length;
    }

    @Override
    int sent(byte[] buffer, int read, boolean last) {
      for (int i = 0; i < read; i++) {
        if (buffer[i] == '\n') {
          buffer[i] = ',';
        }
      }
      return last ? read - 1 : read;
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
      sink.write(before);
      super.writeTo(sink);
      sink.write(after);
    }
  }
}
