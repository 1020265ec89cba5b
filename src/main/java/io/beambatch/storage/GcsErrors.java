package io.beambatch.storage;

import com.google.api.client.googleapis.json.GoogleJsonError;
import com.google.api.client.googleapis.json.GoogleJsonResponseException;
import com.google.api.client.http.HttpResponseException;
import com.google.cloud.storage.StorageException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLException;
import org.apache.beam.sdk.extensions.gcp.util.gcsfs.GcsPath;
import org.jspecify.annotations.Nullable;

/** Converts errors of Google Cloud Storage to messages for users: what failed, why, what to do. */
public final class GcsErrors {
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int UNREACHABLE = 0;
  private static final int UNKNOWN = -1;

  private static final String HOW_TO_LOG_IN =
      "run 'gcloud auth application-default login', or let GOOGLE_APPLICATION_CREDENTIALS name a"
          + " key file";

  private GcsErrors() {}

  /** The error with a message for users; its cause is the original one. */
  public static IOException explain(String path, Exception thrown) {
    if (thrown instanceof Explained before) {
      return before;
    }
    String bucket = GcsPath.fromUri(path).getBucket();
    Reply reply = reply(thrown);
    return new Explained(
        Storage.PendingFile.target(path)
            + ": "
            + switch (reply.status) {
              case NOT_FOUND ->
                  "there is no bucket "
                      + bucket
                      + "; create it, or check the name (the server says: "
                      + reply.message
                      + ")";
              case UNAUTHORIZED ->
                  "the server takes no request without credentials; "
                      + HOW_TO_LOG_IN
                      + " (it says: "
                      + reply.message
                      + ")";
              case FORBIDDEN ->
                  "the account in use may not do this; give it the role Storage Object User"
                      + " (roles/storage.objectUser) on bucket "
                      + bucket
                      + ", or use another account (the server says: "
                      + reply.message
                      + ")";
              case UNREACHABLE ->
                  "Google Cloud Storage can't be reached ("
                      + reply.message
                      + "); check the network, then run the same command again";
              case UNKNOWN -> reply.message;
              default ->
                  "Google Cloud Storage fails with status "
                      + reply.status
                      + " ("
                      + reply.message
                      + "); run the same command again";
            },
        thrown);
  }

  /** The error if no credentials were found. */
  public static IOException noCredentials(String path) {
    return new Explained(
        path + ": no credentials for Google Cloud were found; " + HOW_TO_LOG_IN, null);
  }

  private static Reply reply(Exception thrown) {
    for (@Nullable Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof StorageException e && e.getCode() > 0) {
        return new Reply(e.getCode(), firstLine(e));
      }
      if (cause instanceof GoogleJsonResponseException e) {
        GoogleJsonError details = e.getDetails();
        return new Reply(
            e.getStatusCode(),
            details == null || details.getMessage() == null
                ? String.valueOf(e.getStatusMessage())
                : details.getMessage());
      }
      if (cause instanceof HttpResponseException e) {
        return new Reply(e.getStatusCode(), String.valueOf(e.getStatusMessage()));
      }
      if (cause instanceof SocketException
          || cause instanceof SocketTimeoutException
          || cause instanceof UnknownHostException
          || cause instanceof SSLException) {
        return new Reply(UNREACHABLE, cause.toString());
      }
    }
    return new Reply(UNKNOWN, String.valueOf(thrown.getMessage()));
  }

  /** The other lines are the request, which the path already names. */
  private static String firstLine(Throwable thrown) {
    return String.valueOf(thrown.getMessage()).lines().findFirst().orElse("");
  }

  /**
   * The reply of the server.
   *
   * @param status of HTTP, or {@link #UNREACHABLE} or {@link #UNKNOWN}
   */
  private record Reply(int status, String message) {}

  private static final class Explained extends IOException {
    Explained(String message, @Nullable Exception cause) {
      super(message, cause);
    }
  }
}
