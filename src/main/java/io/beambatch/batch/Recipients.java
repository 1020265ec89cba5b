package io.beambatch.batch;

import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.ledger.Records;
import io.beambatch.provider.Recipient;
import java.io.IOException;
import java.util.Optional;

/**
 * Records which server and account a run is sent to, and refuses to continue it elsewhere: another
 * server or account knows nothing of the run's batches, and would be sent again what is already
 * paid for.
 */
public final class Recipients {
  /** The option that confirms that a changed server or account is the same provider. */
  public static final String MOVED = "--provider-moved";

  private final RunIdentity run;
  private final BatchLedger ledger;

  /** Checks the recipient of a run against its ledger. */
  public Recipients(RunIdentity run, BatchLedger ledger) {
    this.run = run;
    this.ledger = ledger;
  }

  /**
   * Checks that the run was sent to this recipient, or to none yet. It changes nothing.
   *
   * @throws UserException if the run was sent to another one; names it, and says what to set
   */
  public void check(Recipient now) throws IOException {
    check(ledger.recipient(), now);
  }

  /**
   * Checks the recipient, and records it.
   *
   * @throws UserException if the run was sent to another recipient
   */
  public void record(Recipient now) throws IOException {
    Optional<Records.Version<Recipient>> known = ledger.recipient();
    check(known, now);
    write(known, now);
  }

  /** Replaces the recipient of the run. */
  public void move(Recipient now) throws IOException {
    write(ledger.recipient(), now);
  }

  private void check(Optional<Records.Version<Recipient>> known, Recipient now) throws IOException {
    // A recipient whose key was refused, or that didn't answer, has received nothing.
    if (known.isPresent() && !known.get().value().isSameAs(now) && ledger.isAnythingSent()) {
      throw new UserException(refusal(known.get().value(), now), ExitCode.USAGE);
    }
  }

  private void write(Optional<Records.Version<Recipient>> known, Recipient now) throws IOException {
    boolean isNew =
        known.isEmpty() || !known.get().value().isSameAs(now) || known.get().value().isBehind(now);
    if (isNew && !ledger.sendTo(known, now)) {
      // Another launch was faster, and may have sent something by now.
      check(now);
    }
  }

  private String refusal(Recipient known, Recipient now) {
    String sent = "run " + run.run() + " of job " + run.job() + " was sent to " + known.address();
    if (known.isSameAddressAs(now)) {
      return sent
          + " with another key (or organization, or project) than that of "
          + now.keyVariable()
          + ": set the one that it was sent with. If the key was only renewed, add "
          + MOVED
          + ". Nothing was asked or changed";
    }
    String todo =
        known.answersHere()
            ? "add --local"
            : now.answersHere()
                ? "leave out --local"
                : "set "
                    + now.addressVariable()
                    + " (or request.base_url in the job file) to where it was sent. If the provider"
                    + " has moved, and has the run's batches still, add "
                    + MOVED;
    return sent
        + ", but would be asked about at "
        + now.address()
        + " now: "
        + todo
        + ". Nothing was asked or changed";
  }
}
