package io.beambatch.batch;

import io.beambatch.chunk.Chunk;
import io.beambatch.job.RequestSpec;
import io.beambatch.provider.ProviderFactory;
import io.beambatch.storage.JsonCoder;
import io.beambatch.storage.RunFolder;
import java.util.Locale;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.joda.time.Duration;

/**
 * Submits uploaded chunks, exactly once each, and hands each out when its batch has ended. One
 * stateful DoFn does it, keyed by quota pool (provider, endpoint, model): it handles descriptors,
 * never payloads, and a single key is right because the provider allows 2,000 creations an hour.
 *
 * <p>A chunk's state stands in the ledger. Each change of it is a compare-and-set: of two who would
 * make one only the first does, and the other goes on from what it has become.
 *
 * <pre>
 *              room for it            created, or found           over
 *   planned ----------------> submitting -------------> submitted -----> ended
 *    |  ^                         |                         |             ^
 *    |  '-- refused for certain --'                         |             |
 *    |  '-- not taken: no room, or the input not found yet -'             |
 *    |                                                                    |
 *    '-- the run was cancelled before it had a batch ---------------------'
 * </pre>
 *
 * <p>While it is <em>submitting</em>, whether there is a batch is unknown, and nobody creates
 * another one before looking; whoever comes after an owner that is gone takes it over in this
 * state. While it is <em>submitted</em>, its batch may be cancelled, at {@code poll.deadline} or
 * with the run, and its result files may be waited for; it has ended only when they are there, or
 * {@code poll.grace} is over.
 *
 * <p>On bounded input all waiting is done in one callback of an event-time timer at the end of the
 * global window, the only kind of timer that every runner fires there. On unbounded input a
 * processing-time timer polls on the way, and the event-time timer completes what is left when the
 * stream ends or is drained.
 *
 * <p>Chunks come in the global window: those of other windows would be awaited one window after the
 * other.
 *
 * <p>With {@link WaitPolicy#ONE_LOOK} nothing is waited for, and only what has ended is handed out:
 * a later launch of the same run hands out the rest. That takes bounded input.
 *
 * <p>Awaiting can take a day: the runner must not limit how long one element may be processed, nor
 * how long a checkpoint may take. Flink, streaming bounded input with checkpoints, starts again
 * from the last one at every checkpoint timeout; nothing is lost or paid twice by that, but batch
 * mode, or a timeout above {@code poll.deadline}, does without.
 */
public final class AwaitBatches extends PTransform<PCollection<Chunk>, PCollection<AwaitedChunk>> {
  private final CoordinatorSettings settings;
  private final RunFolder folder;
  private final ProviderFactory providers;

  /** Awaits at a provider. */
  public AwaitBatches(CoordinatorSettings settings, RunFolder folder, ProviderFactory providers) {
    this.settings = settings;
    this.folder = folder;
    this.providers = providers;
  }

  @Override
  public PCollection<AwaitedChunk> expand(PCollection<Chunk> chunks) {
    boolean bounded = chunks.isBounded() == IsBounded.BOUNDED;
    if (!bounded && settings.waitPolicy() != WaitPolicy.UNTIL_ENDED) {
      throw new IllegalArgumentException(
          "batches of unbounded input can only be awaited until they have ended");
    }
    RequestSpec request = settings.inference().request();
    String pool =
        String.join(
            " ",
            request.provider().name().toLowerCase(Locale.ROOT),
            request.endpoint(),
            request.model());
    CoordinatorFactory factory = CoordinatorFactory.of(settings, folder, providers);
    Duration interval = Duration.millis(settings.inference().poll().interval().toMillis());
    return chunks
        .apply("Key by quota pool", WithKeys.of(pool))
        .setCoder(KvCoder.of(StringUtf8Coder.of(), JsonCoder.of(Chunk.class)))
        .apply(
            "Submit and await",
            ParDo.of(bounded ? new AwaitFn(factory) : new PollingAwaitFn(factory, interval)))
        .setCoder(JsonCoder.of(AwaitedChunk.class));
  }
}
