package io.beambatch.pubsub;

import io.beambatch.pubsub.MessageQueue.Delivery;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import io.beambatch.storage.Storage.PendingFile;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves messages from a subscription into files of a run, one file at a time. A message is
 * acknowledged when its file is durable, never before; from then on it is a document of the run,
 * whatever crashes. The runner therefore doesn't decide when a message counts as processed: some
 * runners do so while it is only in memory.
 *
 * <p>A redelivered message is recognised by its id, and only acknowledged, if it is among the last
 * {@link TakenIds#MOST} that were taken. The files show which messages other workers and launches
 * took.
 */
final class Inbox implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Inbox.class);

  private final RunFolder folder;
  private final MessageQueue queue;
  private final Limits limits;
  private final Clock clock;
  private final TakenIds taken;
  private final InboxFile.Series series;

  Inbox(RunFolder folder, MessageQueue queue, Limits limits, Clock clock) {
    this.folder = folder;
    this.queue = queue;
    this.limits = limits;
    this.clock = clock;
    this.series = InboxFile.Series.begin();
    this.taken = new TakenIds(folder, series);
  }

  /** The names of a run's inbox files. */
  static Set<String> files(RunFolder folder) throws IOException {
    Set<String> names = new HashSet<>(Storage.list(folder.inbox()));
    names.removeIf(name -> InboxFile.parse(name).isEmpty());
    return names;
  }

  /** Pulls the waiting messages, file by file, until the time for one poll is over. */
  void fetch() throws IOException {
    Instant end = clock.instant().plus(limits.look());
    boolean full = true;
    while (full && clock.instant().isBefore(end)) {
      full = fetchFile(end);
    }
  }

  /** Fills one file, and returns whether more messages may be waiting. */
  private boolean fetchFile(Instant end) throws IOException {
    List<Delivery> deliveries = queue.pull(limits.patience());
    if (deliveries.isEmpty()) {
      return false;
    }
    boolean full = false;
    Instant begun = clock.instant();
    taken.refresh(begun);
    Set<String> ids = new HashSet<>();
    List<String> ackIds = new ArrayList<>();
    InboxFile name = series.next(begun);
    try (PendingFile file = PendingFile.create(folder.inbox(name.toString()))) {
      OutputStream out = file.stream();
      long bytes = 0;
      while (!deliveries.isEmpty()) {
        for (Delivery delivery : deliveries) {
          ackIds.add(delivery.ackId());
          Message message = delivery.message();
          if (!taken.contains(message.id()) && ids.add(message.id())) {
            bytes += MessageLine.write(out, message);
          }
        }
        full = bytes >= limits.bytes() || ackIds.size() >= limits.messages();
        boolean enough = full || clock.instant().isAfter(end);
        deliveries = enough ? List.of() : queue.pull(limits.patience());
      }
      if (!ids.isEmpty()) {
        file.commit();
      }
    }
    taken.add(ids);
    queue.acknowledge(ackIds);
    LOG.debug("{} messages taken, {} of them new, into {}", ackIds.size(), ids.size(), name);
    return full;
  }

  @Override
  public void close() {
    queue.close();
  }

  /**
   * Limits on one poll.
   *
   * @param bytes after which a file is full
   * @param messages after which a file is full
   * @param look the maximum duration of a poll; a poll that takes longer than the interval between
   *     two would delay the ends of windows
   * @param patience how long to wait for the next message before the subscription counts as empty
   */
  record Limits(long bytes, int messages, Duration look, Duration patience) {
    private static final Duration LONGEST_LOOK = Duration.ofSeconds(10);
    private static final Duration MOST_PATIENCE = Duration.ofSeconds(2);

    /**
     * A file must be written within two minutes, the longest time for which messages are leased.
     */
    static Limits of(Duration betweenLooks) {
      Duration half = betweenLooks.dividedBy(2);
      return new Limits(16L << 20, 50_000, min(half, LONGEST_LOOK), min(half, MOST_PATIENCE));
    }

    private static Duration min(Duration one, Duration other) {
      return one.compareTo(other) < 0 ? one : other;
    }
  }
}
