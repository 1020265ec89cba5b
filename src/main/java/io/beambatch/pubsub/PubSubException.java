package io.beambatch.pubsub;

import com.google.api.gax.rpc.ApiException;
import com.google.api.gax.rpc.StatusCode.Code;
import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;
import org.jspecify.annotations.Nullable;

/**
 * Pub/Sub refuses a call or can't be reached. The message names the resource and the cause, and
 * says what to do.
 */
public final class PubSubException extends UserException {
  private PubSubException(String message, @Nullable Throwable cause) {
    super(message, cause, ExitCode.ERROR);
  }

  @Override
  public boolean mayPass() {
    return getCause() instanceof ApiException e && e.isRetryable();
  }

  /**
   * Explains an exception of the client.
   *
   * @param name of the subscription or topic
   * @param permission that is needed
   */
  static PubSubException of(String name, Permission permission, ApiException thrown) {
    return of(name, name, permission, thrown);
  }

  /**
   * Explains an exception of the client, with the job-file key.
   *
   * @param shown the name, with the job-file key
   */
  static PubSubException of(String shown, String name, Permission permission, ApiException thrown) {
    Code code = thrown.getStatusCode().getCode();
    String advice =
        switch (code) {
          case NOT_FOUND -> "it doesn't exist; create it (" + permission.creation(name) + ")";
          case PERMISSION_DENIED -> permission.missing();
          case UNAUTHENTICATED ->
              "there are no credentials, or they are refused; run 'gcloud auth application-default"
                  + " login', or set GOOGLE_APPLICATION_CREDENTIALS";
          case UNAVAILABLE, DEADLINE_EXCEEDED ->
              "Pub/Sub can't be reached; check the network, and run the same command again";
          default -> "Pub/Sub refuses it";
        };
    return new PubSubException(
        shown + ": " + advice + " [" + code + ": " + firstLine(thrown.getMessage()) + "]", thrown);
  }

  static PubSubException of(String message) {
    return new PubSubException(message, null);
  }

  private static String firstLine(@Nullable String message) {
    String line = message == null ? "" : message.lines().findFirst().orElse("");
    return line.length() > 300 ? line.substring(0, 300) + "…" : line;
  }
}
