package io.beambatch.batch;

import static io.beambatch.batch.SimulatedWorld.START;
import static io.beambatch.batch.SimulatedWorld.minutes;
import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.batch.ChunkUploader.Contents;
import io.beambatch.chunk.Chunk;
import io.beambatch.error.ExitCode;
import io.beambatch.ledger.BatchEnd;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.ledger.BatchEntry.State;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.Capabilities.OrphanSearch;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;

/**
 * One run against the simulated provider: launched, crashed, suspended and launched again, several
 * times at once, as its seed has it, until a launch has handed out all that there is.
 */
final class SimulatedRun {
  private static final List<Command> MIXED = List.of(Command.RUN, Command.COLLECT, Command.SUBMIT);

  private static final int MOST_LAUNCHES = 60;
  private static final int MOST_LOOKS = 600;

  private final OrphanSearch search;
  private final SimulatedWorld world;
  private final Timeline time;
  private final SimulatedServer server;
  private final Launches style;

  /** When somebody cancels the run, or never. */
  private final Instant cancelled;

  private final StringBuilder log = new StringBuilder();
  private Instant lastUpload = START;
  private Instant cleaned = Instant.MIN;
  private Instant looked = Instant.MIN;
  private int launches;
  private int launched;
  private int failures;
  private boolean complete;
  private boolean blocked;

  /** What a launch does. */
  private enum Command {
    RUN,
    SUBMIT,
    COLLECT,
    CANCEL;

    boolean leavesRest() {
      return this == SUBMIT || this == COLLECT;
    }
  }

  /** How a run is launched. */
  private enum Launches {
    /** Each launch stays until the batches have ended. */
    STAYING,
    /** The first launch submits, the others look once. */
    LOOKING,
    /** Each launch in any way. */
    MIXED
  }

  SimulatedRun(long seed, OrphanSearch search, ExecutorService threads) {
    this.search = search;
    world = new SimulatedWorld(seed, search, threads);
    time = world.time;
    server = world.server;
    style = Launches.values()[world.random.nextInt(3)];
    // Seldom, but then often while batches are being created.
    Duration latest = world.random.nextBoolean() ? minutes(1) : Duration.ofHours(40);
    cancelled = world.random.nextInt(4) == 0 ? START.plus(world.time(latest)) : Instant.MAX;
  }

  /** Runs until all launches have ended, and checks what they left. */
  void run() throws Throwable {
    launchIn(Duration.ZERO);
    if (cancelled.isBefore(Instant.MAX)) {
      launchIn(Duration.between(START, cancelled));
    }
    int more = world.storm || world.random.nextInt(3) == 0 ? world.random.nextInt(1, 4) : 0;
    for (int i = 0; i < more; i++) {
      Duration latest = world.random.nextBoolean() ? minutes(5) : Duration.ofHours(30);
      launchIn(world.time(world.storm ? Duration.ofSeconds(20) : latest));
    }
    world.money.letOthersSpend();
    time.run();
    assertThat(complete || blocked).as("%s ended well\n%s", world.run, log).isTrue();
    check();
  }

  private void launchIn(Duration delay) {
    launches++;
    time.begin(delay, this::launch);
  }

  private void launch() {
    int number = launched++;
    Command command = command(number);
    Trouble trouble = new Trouble(time, world.random, world.levels, START, this::isHealed);
    TroubledProvider provider =
        new TroubledProvider(() -> server, time, trouble, world.carriedOutWithin, minutes(1));
    BatchLedger entries = new BatchLedger(new TroubledStore(world.ledger, trouble));
    Clock clock = Clock.offset(time, Duration.ofSeconds(world.random.nextInt(-30, 30)));
    boolean elsewhere = world.random.nextInt(3) == 0;
    List<AwaitedChunk> done = new ArrayList<>();
    CoordinatorSettings settings = world.settings.admitting(world.admission(trouble, clock));
    CoordinatorContext context =
        new CoordinatorContext(
            command.leavesRest() ? settings.pollingOnce() : settings, provider, entries, clock);
    Contents contents = chunk -> InputStream.nullInputStream();
    CoordinatorSession coordinator = new CoordinatorSession(context, contents);
    boolean well = false;
    try {
      if (command == Command.CANCEL) {
        entries.cancel(clock.instant());
      } else {
        upload(new ChunkUploader(context, contents));
      }
      // Who submits only hands out nothing.
      coordinator.run(
          world.chunks,
          time::pass,
          command == Command.SUBMIT
              ? ended -> {}
              : ended -> {
                world.join(ended, trouble);
                done.add(ended);
              });
      coordinator.failure().ifPresent(problem -> failed(problem, number, trouble));
      if (done.size() == world.chunks.size()) {
        Instant cleaning = time.instant();
        int strokes = trouble.strokes;
        new OrphanInputFiles(world.run, provider, entries).delete();
        cleaned = trouble.strokes == strokes ? cleaning : cleaned;
      }
      // Where no batch bears a name of ours, one that vanished may be another project's: the launch
      // leaves it to a person, with an error.
      boolean mayLeave = search != OrphanSearch.COUNT && !isHeldBack(done);
      well = mayLeave || coordinator.failure().isEmpty();
    } catch (Crash e) {
      note(number, "crashed");
    } catch (BatchException e) {
      failed(e, number, trouble);
    } catch (IOException | UncheckedIOException | InterruptedException e) {
      note(number, e.toString());
    } finally {
      // Of a process on another machine nobody knows that it is gone.
      if (!elsewhere || well) {
        coordinator.close();
      }
    }
    // Who crashes may have seen an orphan, and not have got to cancel it.
    looked = !well || looked.isAfter(provider.looked) ? looked : provider.looked;
    conclude(number, command, well, done);
  }

  /** Whether what a launch leaves may be what waits for the canary, or for more money. */
  private boolean isHeldBack(List<AwaitedChunk> done) {
    return (world.hasCanary || world.money.mayHoldBack()) && done.size() < world.chunks.size();
  }

  private Command command(int number) {
    if (!time.instant().isBefore(cancelled)) {
      return Command.CANCEL;
    }
    return switch (style) {
      case STAYING -> Command.RUN;
      case LOOKING -> number == 0 ? Command.SUBMIT : Command.COLLECT;
      case MIXED -> MIXED.get(world.random.nextInt(MIXED.size()));
    };
  }

  private void upload(ChunkUploader uploader) throws IOException {
    for (Chunk chunk : world.chunks) {
      try {
        uploader.upload(chunk);
      } finally {
        lastUpload = time.instant();
      }
    }
  }

  private void failed(BatchException e, int number, Trouble trouble) {
    note(number, e.getMessage());
    if (SimulatedWorld.STOPPED.equals(e.getMessage())) {
      world.tellStopped();
    }
    if (e.exitCode() == ExitCode.OVER_BUDGET) {
      world.money.tellStopped();
    }
    blocked |= trouble.isHealed() && server.hasOneThatNeverEnds() && isOfTheEnd(e.getMessage());
    assertThat(e.getMessage())
        .as("tells what to do")
        .containsPattern(
            "[Rr]un the same command again|cancel it again|The same command continues");
  }

  /** Of a chunk for which a batch that never ends leaves no room. */
  private static boolean isOfTheEnd(String message) {
    return message.contains("could not be submitted");
  }

  private void conclude(int number, Command command, boolean well, List<AwaitedChunk> done) {
    note(number, command + (well ? " ended well with " + done.size() : " did not end well"));
    assertHandedOut(done);
    boolean all = well && done.size() == world.chunks.size();
    assertThat(all || !well || command.leavesRest()).as("stays to the end\n%s", log).isTrue();
    failures += well ? 0 : 1;
    complete |= all;
    if (!complete && !blocked) {
      assertThat(launches).as("launches\n%s", log).isLessThan(most());
      // What is left to a person, because no batch bears a name, isn't tried anew all day.
      Duration latest = Duration.ofHours(well ? 4 : search == OrphanSearch.COUNT ? 8 : 2);
      launchIn(world.time(world.random.nextBoolean() ? minutes(2) : latest));
    }
  }

  /** Where no batch bears a name, each that has vanished is given up at its deadline only. */
  private int most() {
    return style != Launches.STAYING
        ? MOST_LOOKS
        : MOST_LAUNCHES * (search == OrphanSearch.COUNT ? 1 + world.chunks.size() : 1);
  }

  /** Nothing goes wrong for ever. */
  private boolean isHealed() {
    return failures > 25 || time.instant().isAfter(START.plus(Duration.ofHours(60)));
  }

  private void note(int launch, String what) {
    log.append(time.instant()).append(" launch ").append(launch).append(": ").append(what);
    log.append('\n');
  }

  /** What was handed out has ended, with the batch of the ledger, and all its answers. */
  private void assertHandedOut(List<AwaitedChunk> done) {
    assertThat(done.stream().map(AwaitedChunk::chunk))
        .as("handed out\n%s", log)
        .doesNotHaveDuplicates()
        .isSubsetOf(world.chunks);
    for (AwaitedChunk awaited : done) {
      BatchEntry entry = world.entry(awaited.chunk());
      assertThat(awaited.batchId()).isEqualTo(entry.batchId());
      assertThat(entry.state()).isEqualTo(State.ENDED);
      if (awaited.batchId() == null) {
        assertThat(awaited.status()).isEqualTo(BatchStatus.CANCELLED);
        assertThat(time.instant().isAfter(cancelled) || isOverBudget(awaited))
            .as("without a batch\n%s", log)
            .isTrue();
        continue;
      }
      SimulatedBatch batch = server.batch(entry.batchId());
      assertThat(batch.key()).isEqualTo(world.run.key(awaited.chunk().id()));
      if (batch.isGone(time.instant())) {
        assertThat(awaited.status()).matches(BatchStatus::ended);
        continue;
      }
      if (batch.neverEnds()) {
        assertThat(awaited.status()).as("given up\n%s", log).isEqualTo(BatchStatus.CANCELLED);
        assertThat(batch.wasCancelled()).isTrue();
        continue;
      }
      assertThat(awaited.status())
          .as("batch %s\n%s", batch, log)
          .isEqualTo(batch.status(time.instant()));
      assertThat(awaited.outputFileId())
          .as("all that is paid is collected\n%s", log)
          .isEqualTo(server.shown(batch).outputFileId());
    }
  }

  private static boolean isOverBudget(AwaitedChunk awaited) {
    return awaited.errors().stream().anyMatch(e -> BatchEnd.OVER_BUDGET.equals(e.code()));
  }

  private void check() {
    String own = world.run.key("");
    assertThat(server.all())
        .as("batches of strangers\n%s", log)
        .filteredOn(batch -> batch.key() == null || !batch.key().startsWith(own))
        .noneMatch(SimulatedBatch::wasCancelled);
    Instant later = time.instant().plus(Duration.ofDays(9));
    for (Chunk chunk : world.chunks) {
      if (!complete) {
        break;
      }
      BatchEntry entry = world.entry(chunk);
      List<SimulatedBatch> batches = server.ofKey(world.run.key(chunk.id()));
      if (world.hasCanary && !chunk.equals(world.chunks.get(0))) {
        assertThat(batches)
            .as("nothing is sent before the verdict\n%s", log)
            .noneMatch(batch -> batch.created.isBefore(world.joined))
            .noneMatch(batch -> batch.created.isBefore(world.widened));
      }
      if (!world.beyond) {
        boolean paid =
            entry.batchId() != null
                && !server.batch(entry.batchId()).isGone(time.instant())
                && server.batch(entry.batchId()).status(later) != BatchStatus.FAILED;
        assertThat(batches.stream().map(batch -> batch.id))
            .as("batches of %s\n%s", chunk.id(), log)
            .isEqualTo(paid ? List.of(entry.batchId()) : List.of());
      }
      for (SimulatedBatch batch : batches) {
        boolean marked = search == OrphanSearch.METADATA || search == OrphanSearch.DISPLAY_NAME;
        if (marked && !batch.id.equals(entry.batchId())) {
          boolean seen = batch.listed().isBefore(looked);
          assertThat(batch.wasCancelled() || !seen || batch.status(looked).ended())
              .as("orphan %s of %s is cancelled\n%s", batch.id, chunk.id(), log)
              .isTrue();
        }
      }
    }
    if (complete && lastUpload.isBefore(cleaned)) {
      assertThat(server.files()).as("files that are left\n%s", log).isEmpty();
    }
  }

  /** What happened, launch by launch. */
  String log() {
    return log.toString();
  }
}
