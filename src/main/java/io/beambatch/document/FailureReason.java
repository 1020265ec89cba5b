package io.beambatch.document;

import java.util.Locale;

/** Why a document has no answer. Reports and the dead letter name reasons by {@link #code}. */
public enum FailureReason {
  /** Can't be parsed or rendered. */
  INVALID_DOCUMENT,
  /** One request over the limits. */
  TOO_LARGE,
  /** The provider refused the request (4xx). */
  REJECTED,
  /** 429 or 5xx after all attempts. */
  API_ERROR,
  /** Its batch expired before it was answered. */
  EXPIRED,
  /** Its batch was cancelled before it was answered. */
  CANCELLED,
  /** A limit on cost was reached before it was sent. */
  OVER_BUDGET,
  /** The answer was cut at the token limit. */
  TRUNCATED,
  /** Content filter or refusal. */
  REFUSED,
  /** The answer doesn't fit the response schema, or isn't where it should be. */
  INVALID_ANSWER,
  /** In neither result file. */
  MISSING;

  /** The name used in files and reports, such as {@code invalid_document}. */
  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }
}
