package io.beambatch.result;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.beambatch.ledger.LedgerStore;
import io.beambatch.ledger.LedgerStore.Versioned;
import java.io.IOException;
import java.util.Optional;

/**
 * What became of the chunks of a run, each written down once: whoever joins a chunk second takes
 * what the first has made of it.
 */
public final class JoinedChunks {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private final LedgerStore store;

  /** The joined chunks in a ledger. */
  public JoinedChunks(LedgerStore store) {
    this.store = store;
  }

  /** What became of a chunk, or empty if it was never joined. */
  public Optional<JoinedChunk> read(String chunkId) throws IOException {
    Optional<Versioned> record = store.read(name(chunkId));
    return record.isEmpty()
        ? Optional.empty()
        : Optional.of(MAPPER.readValue(record.get().content(), JoinedChunk.class));
  }

  /** Writes a chunk down, unless that was done before; returns what holds. */
  JoinedChunk commit(JoinedChunk joined) throws IOException {
    String name = name(joined.chunkId());
    Optional<Versioned> written =
        store.write(name, Versioned.ABSENT, MAPPER.writeValueAsString(joined));
    return written.isPresent()
        ? joined
        : read(joined.chunkId()).orElseThrow(() -> new IOException(name + " has vanished"));
  }

  private static String name(String chunkId) {
    return "joined/" + chunkId;
  }
}
