package io.beambatch.batch;

import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.ledger.Records;
import io.beambatch.provider.Recipient;
import java.io.IOException;
import java.util.Optional;

/**
 * Remembers where a run was sent, and refuses to ask anybody else about it: another server, or
 * another account, knows nothing of the run's batches, and would be sent what is paid for already.
 */
public final class Recipients {
  /** The option by which a user says that the provider is the same all the same. */
  public static final String MOVED = "--provider-moved";

  private final RunIdentity run;
  private final BatchLedger ledger;

  /** The recipient of a run, by its ledger. */
  public Recipients(RunIdentity run, BatchLedger ledger) {
    this.run = run;
    this.ledger = ledger;
  }

  /**
   * Makes sure that the run was sent to whom it would be sent now, or to nobody yet. Changes
   * nothing.
   *
   * @throws UserException if it was sent to somebody else; says to whom, and what to set
   */
  public void check(Recipient now) throws IOException {
    check(ledger.recipient(), now);
  }

  /**
   * The same, and notes who gets the run.
   *
   * @throws UserException if it was sent to somebody else
   */
  public void note(Recipient now) throws IOException {
    Optional<Records.Version<Recipient>> known = ledger.recipient();
    check(known, now);
    write(known, now);
  }

  /** Notes who gets the run from now on, whoever it was before. */
  public void move(Recipient now) throws IOException {
    write(ledger.recipient(), now);
  }

  private void check(Optional<Records.Version<Recipient>> known, Recipient now) throws IOException {
    // A key that was refused, or an address that didn't answer, has got nothing.
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
