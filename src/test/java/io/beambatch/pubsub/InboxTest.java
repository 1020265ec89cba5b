package io.beambatch.pubsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.beambatch.json.LineReader;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages are in a file before they are acknowledged, and in one file only. */
class InboxTest {
  @TempDir Path temp;

  private final Waiting waiting = new Waiting();
  private RunFolder folder;
  private Inbox inbox;

  @BeforeEach
  void open() {
    folder = new RunFolder(temp.resolve("run").toString());
    inbox = worker();
  }

  private Inbox worker() {
    Inbox.Limits limits = new Inbox.Limits(10_000, 50, Duration.ofMinutes(10), Duration.ZERO);
    return new Inbox(folder, waiting, limits, Clock.systemUTC());
  }

  @Test
  void keepsAMessageToTheByteInTheFormOfTheRestApi() throws Exception {
    byte[] data = {'{', 0, (byte) 0xff, '\n', '"', '}'};
    waiting.come(new Message("17", Map.of("k", "v\n\"ü\""), ByteString.copyFrom(data)));
    inbox.fetch();

    assertThat(lines())
        .containsExactly(
            "{\"messageId\":\"17\",\"attributes\":{\"k\":\"v\\n\\\"ü\\\"\"},\"data\":\"ewD/CiJ9\"}");
    Message read = messages().get(0);
    assertThat(read.id()).isEqualTo("17");
    assertThat(read.attributes()).containsExactly(Map.entry("k", "v\n\"ü\""));
    assertThat(read.data().toByteArray()).isEqualTo(data);
  }

  @Test
  void makesNoFileIfNothingWaits() throws Exception {
    inbox.fetch();
    assertThat(Inbox.files(folder)).isEmpty();
    assertThat(temp.resolve("run/inbox")).doesNotExist();
  }

  @Test
  void acknowledgesNothingThatIsNotInAFile() throws Exception {
    waiting.come(ids(1, 20));
    waiting.beforeAcknowledging =
        () -> assertThat(takenIds()).containsExactlyInAnyOrder(ids(1, 20));
    inbox.fetch();
    assertThat(waiting.acknowledged).hasSize(20);
  }

  @Test
  void acknowledgesNothingIfTheFileCantBeWritten() throws Exception {
    Path blocked = temp.resolve("blocked");
    Files.writeString(blocked, "a file where the folder should be");
    waiting.come(ids(1, 20));
    Inbox.Limits limits = new Inbox.Limits(10_000, 50, Duration.ofMinutes(10), Duration.ZERO);
    try (Inbox other =
        new Inbox(new RunFolder(blocked.toString()), waiting, limits, Clock.systemUTC())) {
      assertThatThrownBy(other::fetch).isInstanceOf(IOException.class);
    }
    assertThat(waiting.acknowledged).isEmpty();

    waiting.deliverAgain();
    inbox.fetch();
    assertThat(takenIds()).containsExactlyInAnyOrder(ids(1, 20));
  }

  @Test
  void beginsAnotherFileWhenOneIsFull() throws Exception {
    waiting.come(ids(1, 120));
    inbox.fetch();
    assertThat(Inbox.files(folder)).hasSize(3);
    assertThat(takenIds()).containsExactlyInAnyOrder(ids(1, 120));
  }

  @Test
  void recognizesAMessageThatComesAgainAndAcknowledgesItAgain() throws Exception {
    waiting.come(ids(1, 3));
    waiting.come("2");
    inbox.fetch();
    waiting.come(ids(3, 5));
    inbox.fetch();
    waiting.come(ids(1, 5));
    inbox.fetch();

    assertThat(takenIds()).containsExactlyInAnyOrder(ids(1, 5));
    assertThat(Inbox.files(folder)).hasSize(2);
    assertThat(waiting.acknowledged).hasSize(4 + 3 + 5);
  }

  @Test
  void recognizesWhatAWorkerLeftUnacknowledgedWhenItDied() throws Exception {
    waiting.come(ids(1, 20));
    inbox.fetch();
    waiting.come(ids(21, 30));
    waiting.beforeAcknowledging =
        () -> {
          throw new IllegalStateException("killed between file and acknowledgement");
        };
    assertThatThrownBy(inbox::fetch).hasMessageContaining("killed");
    waiting.beforeAcknowledging = () -> {};

    waiting.deliverAgain();
    waiting.come(ids(31, 40));
    worker().fetch();

    assertThat(takenIds()).containsExactlyInAnyOrder(ids(1, 40));
    assertThat(waiting.pending()).isEmpty();
  }

  @Test
  void recognizesWhatAnotherWorkerTookMeanwhile() throws Exception {
    Inbox other = worker();
    for (int i = 0; i < 10; i++) {
      waiting.come(ids(10 * i, 10 * i + 9));
      (i % 2 == 0 ? inbox : other).fetch();
      waiting.come(ids(0, 10 * i + 9));
      (i % 2 == 0 ? other : inbox).fetch();
    }
    assertThat(takenIds()).containsExactlyInAnyOrder(ids(0, 99));
  }

  @Test
  void leavesFilesAloneThatAreNotComplete() throws Exception {
    waiting.come(ids(1, 3));
    inbox.fetch();
    String file = Inbox.files(folder).iterator().next();
    Path folderOfFiles = temp.resolve("run/inbox");
    Files.copy(folderOfFiles.resolve(file), folderOfFiles.resolve("." + file + ".0-0.tmp"));
    assertThat(Inbox.files(folder)).containsExactly(file);
  }

  private static String[] ids(int from, int to) {
    return IntStream.rangeClosed(from, to).mapToObj(String::valueOf).toArray(String[]::new);
  }

  private List<String> takenIds() throws IOException {
    return messages().stream().map(Message::id).toList();
  }

  private List<Message> messages() throws IOException {
    List<Message> messages = new ArrayList<>();
    for (String file : new TreeSet<>(Inbox.files(folder))) {
      try (InputStream in = Storage.open(folder.inbox(file))) {
        LineReader lines = LineReader.ofLines(in, 1 << 20);
        while (lines.next()) {
          messages.add(MessageLine.read(lines));
        }
      }
    }
    return messages;
  }

  private List<String> lines() throws IOException {
    String file = Inbox.files(folder).iterator().next();
    try (InputStream in = Storage.open(folder.inbox(file))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  /** A subscription, ten messages at a time; what isn't acknowledged can be made to come again. */
  private static final class Waiting implements MessageQueue {
    private final Deque<Delivery> queue = new ArrayDeque<>();
    private final List<Delivery> out = new ArrayList<>();
    private final List<String> acknowledged = new ArrayList<>();
    private Check beforeAcknowledging = () -> {};
    private int deliveries;

    void come(String... ids) {
      for (String id : ids) {
        come(new Message(id, Map.of(), ByteString.copyFromUtf8("{}")));
      }
    }

    void come(Message message) {
      queue.add(new Delivery("ack-" + deliveries++, message));
    }

    void deliverAgain() {
      List<Delivery> again = List.copyOf(out);
      out.clear();
      again.forEach(delivery -> come(delivery.message()));
    }

    List<Delivery> pending() {
      return out;
    }

    @Override
    public List<Delivery> pull(Duration wait) {
      List<Delivery> some = new ArrayList<>();
      while (some.size() < 10 && !queue.isEmpty()) {
        some.add(queue.remove());
      }
      out.addAll(some);
      return some;
    }

    @Override
    public void acknowledge(List<String> ackIds) {
      try {
        beforeAcknowledging.run();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      acknowledged.addAll(ackIds);
      out.removeIf(delivery -> ackIds.contains(delivery.ackId()));
    }

    @Override
    public void close() {}

    private interface Check {
      void run() throws IOException;
    }
  }
}
