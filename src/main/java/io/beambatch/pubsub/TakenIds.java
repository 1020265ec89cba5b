package io.beambatch.pubsub;

import io.beambatch.json.LineReader;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The ids of messages that are in inbox files, but may be redelivered because a worker died before
 * it acknowledged them, or acknowledged them too late.
 */
final class TakenIds {
  /** How many are remembered, in some 25 MB. */
  static final int MOST = 200_000;

  private static final Duration RECENTLY = Duration.ofHours(1);

  /** Pub/Sub keeps no message longer. */
  private static final Duration KEPT = Duration.ofDays(31);

  /** More than the line of a 10 MB message. */
  private static final int MAX_LINE = 64 << 20;

  private final RunFolder folder;
  private final InboxFile.Series own;
  private final Set<String> ids = new LinkedHashSet<>();
  private final Set<InboxFile> learned = new HashSet<>();

  /**
   * The ids in a run's inbox files.
   *
   * @param own files of this worker, whose ids are passed to {@link #add}
   */
  TakenIds(RunFolder folder, InboxFile.Series own) {
    this.folder = folder;
    this.own = own;
  }

  boolean contains(String id) {
    return ids.contains(id);
  }

  void add(Collection<String> more) {
    ids.addAll(more);
    Iterator<String> oldest = ids.iterator();
    while (ids.size() > MOST) {
      oldest.next();
      oldest.remove();
    }
  }

  /** Reads the ids in files of other workers whose messages may be redelivered. */
  void refresh(Instant now) throws IOException {
    Map<String, InboxFile> last = new HashMap<>();
    Set<InboxFile> doubtful = new HashSet<>();
    for (String name : Inbox.files(folder)) {
      InboxFile file = InboxFile.parse(name).orElseThrow();
      if (own.has(file)) {
        continue;
      }
      last.merge(file.series(), file, (one, other) -> one.number() > other.number() ? one : other);
      if (file.begun().isAfter(now.minus(RECENTLY))) {
        doubtful.add(file);
      }
    }
    last.values().stream()
        .filter(file -> file.begun().isAfter(now.minus(KEPT)))
        .forEach(doubtful::add);
    learned.retainAll(doubtful);
    for (InboxFile file : doubtful) {
      if (learned.add(file)) {
        add(idsIn(file));
      }
    }
  }

  private List<String> idsIn(InboxFile file) throws IOException {
    List<String> found = new ArrayList<>();
    try (InputStream stream = folder.open(folder.inbox(file.toString()))) {
      LineReader lines = LineReader.ofLines(stream, MAX_LINE);
      while (lines.next()) {
        found.add(MessageLine.id(lines));
      }
    }
    return found;
  }
}
