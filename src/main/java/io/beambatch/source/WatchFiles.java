package io.beambatch.source;

import java.time.Duration;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTagList;

/**
 * Polls for new files: {@link ReadDocuments#ORIGINS}, each in the window of the time at which it
 * was found, and {@link ReadDocuments#PLANNED}.
 *
 * <p>It is a periodic source instead of Beam's {@code Watch}. {@code Watch} starts from one
 * element; after it, Flink either holds back the watermark for good, or skips the waits between two
 * polls.
 */
public final class WatchFiles extends PTransform<PBegin, PCollectionTuple> {
  private final FileFinder finder;
  private final PlannedFiles planned;
  private final Duration interval;
  private final Duration window;

  /**
   * Watches files.
   *
   * @param finder finds them, on a worker
   * @param interval between two polls
   */
  public WatchFiles(FileFinder finder, PlannedFiles planned, Duration interval, Duration window) {
    this.finder = finder;
    this.planned = planned;
    this.interval = interval;
    this.window = window;
  }

  @Override
  public PCollectionTuple expand(PBegin begin) {
    PCollectionTuple found =
        begin
            .apply("Look again and again", GenerateSequence.from(0).withRate(1, joda(interval)))
            .apply("Look at all patterns", WithKeys.of("all"))
            .setCoder(KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of()))
            .apply(
                "Find new files",
                ParDo.of(new NewFilesFn(finder, planned))
                    .withOutputTags(ReadDocuments.ORIGINS, TupleTagList.of(ReadDocuments.PLANNED)));
    return PCollectionTuple.of(
            ReadDocuments.ORIGINS,
            found
                .get(ReadDocuments.ORIGINS)
                .apply("Window by time found", Window.into(FixedWindows.of(joda(window)))))
        .and(ReadDocuments.PLANNED, found.get(ReadDocuments.PLANNED));
  }

  private static org.joda.time.Duration joda(Duration duration) {
    return org.joda.time.Duration.millis(duration.toMillis());
  }
}
