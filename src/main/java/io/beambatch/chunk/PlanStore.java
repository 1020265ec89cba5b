package io.beambatch.chunk;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.beambatch.ledger.LedgerStore;
import io.beambatch.ledger.LedgerStore.Versioned;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The plans of a run, in its ledger. A plan is committed once and never changes: whoever comes
 * second takes the one that is there.
 */
public final class PlanStore {
  private static final String FOLDER = "plan";
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private final LedgerStore store;

  /** The plans in a ledger. */
  public PlanStore(LedgerStore store) {
    this.store = store;
  }

  /** A committed plan, such as {@code a1}, or empty. */
  public Optional<Plan> read(String name) throws IOException {
    Optional<Versioned> record = store.read(FOLDER + "/" + name);
    return record.isEmpty() ? Optional.empty() : Optional.of(parse(record.get()));
  }

  /** All committed plans, by name. */
  public List<Plan> all() throws IOException {
    List<Plan> plans = new ArrayList<>();
    for (String name : names()) {
      plans.add(read(name).orElseThrow(() -> new IOException("plan " + name + " has vanished")));
    }
    return plans;
  }

  /**
   * The names of the first attempt's plans. As long as there are none, the source has to be read.
   */
  public List<String> namesOfFirstAttempt() throws IOException {
    return all().stream().filter(plan -> plan.attempt() == 1).map(Plan::name).toList();
  }

  /** The names of all committed plans, sorted. */
  List<String> names() throws IOException {
    return store.list(FOLDER).stream().map(name -> name.substring(FOLDER.length() + 1)).toList();
  }

  /** Commits a plan, unless one of that name is there; returns the one that holds. */
  Plan commit(Plan plan) throws IOException {
    Optional<Versioned> written =
        store.write(FOLDER + "/" + plan.name(), Versioned.ABSENT, MAPPER.writeValueAsString(plan));
    if (written.isPresent()) {
      return plan;
    }
    return read(plan.name())
        .orElseThrow(() -> new IOException("plan " + plan.name() + " has vanished"));
  }

  private static Plan parse(Versioned record) throws JsonProcessingException {
    return MAPPER.readValue(record.content(), Plan.class);
  }
}
