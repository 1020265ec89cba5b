package io.beambatch.run;

/** The numbers don't add up: documents are missing, or there are too many. */
public final class AccountingException extends Exception {
  public AccountingException(String message) {
    super(message);
  }
}
