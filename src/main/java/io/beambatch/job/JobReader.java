package io.beambatch.job;

import io.beambatch.provider.Capabilities;
import io.beambatch.provider.Endpoint;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads job files into {@link Job}s. It reports everything that is wrong with a file at once, with
 * lines, before anything is read or sent.
 */
public final class JobReader {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  /** A batch expires, then its end has to be seen. */
  private static final Duration AFTER_EXPIRY = Duration.ofHours(2);

  private static final int MOST_ATTEMPTS = 10;

  private static final Duration MAX_CACHE_AGE = Duration.ofDays(36_500);

  private static final Duration TICK = Duration.ofMillis(1);

  /** Providers delete result files after 30 days. */
  private static final Duration MAX_DEADLINE = Duration.ofDays(30);

  private final String file;
  private final Problems problems;

  private JobReader(String file, Problems problems) {
    this.file = file;
    this.problems = problems;
  }

  /**
   * Reads a job file.
   *
   * @param path local, or {@code gs://}
   * @param overrides {@code key.path=value}, applied in order; see the job file's reference
   * @throws JobFileException if the file can't be read, or anything in it is wrong
   */
  public static Job read(String path, List<String> overrides) throws JobFileException {
    return parse(path, text(path), overrides);
  }

  private static String text(String path) throws JobFileException {
    try {
      return TextFile.read(path);
    } catch (TextFile.NotUtf8Exception e) {
      throw new Problems(path)
          .fatal(new Origin(path, e.line(), null), Objects.requireNonNull(e.getMessage()));
    } catch (IOException e) {
      throw new Problems(path)
          .fatal(Origin.nowhere(path), "the job file can't be read: " + e.getMessage());
    }
  }

  /**
   * Reads only what is asked, and within which limits. The file is a job file; its {@code name},
   * {@code source}, {@code sink} and {@code failures} may be missing, and are not looked at.
   *
   * @param path local, or {@code gs://}
   * @throws JobFileException as {@link #read} does
   */
  public static Inference readInference(String path, List<String> overrides)
      throws JobFileException {
    return parseInference(path, text(path), overrides);
  }

  /**
   * Reads an inference from the text of its file.
   *
   * @param fileName for messages; a schema's path starts at its folder
   * @throws JobFileException if anything is wrong
   */
  public static Inference parseInference(String fileName, String yaml, List<String> overrides)
      throws JobFileException {
    Problems problems = new Problems(fileName);
    YamlValue value = new Overrides("--set ", problems).apply(values(yaml, problems), overrides);
    return inference(value, problems);
  }

  /**
   * Reads an inference from texts alone: no file that they name is read.
   *
   * @param yaml the text of a job file, or {@code {}}
   * @param settings as overrides
   * @throws JobFileException if anything is wrong
   */
  public static Inference parseInference(String yaml, List<String> settings)
      throws JobFileException {
    Problems problems = new Problems(TextFile.NONE);
    YamlValue value = new Overrides("", problems).apply(values(yaml, problems), settings);
    return inference(value, problems);
  }

  private static Inference inference(YamlValue value, Problems problems) throws JobFileException {
    Inference inference =
        new JobReader(problems.file(), problems).inference(Section.root(value, problems));
    problems.throwIfAny();
    return inference;
  }

  /**
   * Reads a job from the text of its file.
   *
   * @param fileName for messages; a schema's path starts at its folder
   * @throws JobFileException if anything is wrong
   */
  public static Job parse(String fileName, String yaml, List<String> overrides)
      throws JobFileException {
    Problems problems = new Problems(fileName);
    YamlValue value = new Overrides("--set ", problems).apply(values(yaml, problems), overrides);
    Job job = new JobReader(fileName, problems).job(Section.root(value, problems));
    problems.throwIfAny();
    return job;
  }

  /** A file that was not meant to be a job is reported as such, without quoting it. */
  private static YamlValue values(String yaml, Problems problems) throws JobFileException {
    YamlValue value = YamlParser.parse(yaml, problems);
    boolean job =
        value instanceof YamlValue.Mapping mapping
            ? mapping.entries().isEmpty()
                || JobKeys.of("").stream().anyMatch(mapping.entries()::containsKey)
            : value.toJson().isNull();
    if (!job) {
      throw new Problems(problems.file())
          .fatal(
              Origin.start(problems.file()),
              "is no job file: it has none of the keys " + String.join(", ", JobKeys.of("")));
    }
    return value;
  }

  private Job job(Section root) {
    Destination answers = DestinationSection.answers(root.section("sink"));
    Source source = SourceSection.read(root.section("source"));
    Inference inference = inference(root);
    if (source.isEndless()
        && inference.duplicates() == Duplicates.ONCE
        && root.value("duplicates").isPresent()) {
      root.problem(
          "duplicates",
          "'once' needs a source that ends: identical requests are found when all documents are"
              + " read, and a source that never ends never gets there; use 'each'");
    }
    if (source.isEndless() && inference.canary() != null) {
      root.problem(
          "canary",
          "needs a source that ends: a sample is taken from all requests, and a source that never"
              + " ends never has all of them");
    }
    Job job =
        new Job(
            name(root),
            source,
            inference,
            answers,
            DestinationSection.failures(root.section("failures"), answers));
    if (source.isEndless() && job.isPrinted()) {
      root.problem(
          "source",
          "never ends, and '-' is printed at the end of a run; use files, a table or a"
              + " topic for answers and failures");
    }
    return job;
  }

  private Inference inference(Section root) {
    RequestSpec request = RequestSection.read(root.section("request"), file, problems);
    return new Inference(
        request,
        ResultSection.read(root.section("result"), file),
        limits(root.section("limits"), request.provider().capabilities().limits()),
        retry(root.section("retry"), request.target()),
        poll(root.section("poll"), request.provider().capabilities().expiry()),
        prices(root, request.provider().capabilities().batchPrice()),
        root.flag("keep_files"),
        root.oneOf("keep", Keep.RECORDS),
        root.oneOf("duplicates", request.isDeterministic() ? Duplicates.ONCE : Duplicates.EACH),
        cache(root, request.isDeterministic()),
        CanarySection.read(root),
        null);
  }

  private static String name(Section root) {
    String name = root.requiredText("name", "the job's name: 1 to 64 of A-Z a-z 0-9 _ -");
    if (!name.isEmpty() && !NAME.matcher(name).matches()) {
      root.problem(
          "name",
          "must be 1 to 64 of A-Z a-z 0-9 _ -, but was '" + YamlValue.Scalar.shown(name) + "'");
    }
    return name;
  }

  private static Limits limits(Section section, Capabilities.Limits allowed) {
    return new Limits(
        (int) section.number("requests", 1, allowed.maxRequests(), allowed.maxRequests()),
        section
            .quantity(
                "bytes",
                Quantities::bytes,
                bytes -> bytes >= 1 && bytes <= allowed.maxBytes(),
                String.format(
                    "a size such as 4096, 512KB or 200MB, and at most %dMB (%d bytes)",
                    allowed.maxBytes() >> 20, allowed.maxBytes()))
            .orElse(allowed.maxBytes()),
        section.number("enqueued_tokens", 1, Long.MAX_VALUE, Long.MAX_VALUE),
        section.number("enqueued_requests", 1, Long.MAX_VALUE, Long.MAX_VALUE),
        section.number("image_tokens", 1, 1_000_000, 0),
        section.money("cost_usd").orElse(null),
        section.money("cost_usd_per_day").orElse(null),
        section.oneOf("on_budget", OnBudget.REFUSE));
  }

  private static Retry retry(Section section, Endpoint endpoint) {
    int attempts = (int) section.number("attempts", 1, MOST_ATTEMPTS, 3);
    int repairs = (int) section.number("repair", 0, MOST_ATTEMPTS - 1, 0);
    if (repairs > 0 && endpoint.conversation() == null) {
      section.problem(
          "repair",
          "is for endpoints whose requests are conversations, and those of "
              + endpoint.path()
              + " are none");
    } else if (repairs >= attempts) {
      section.problem(
          "repair",
          "must be less than retry.attempts ("
              + attempts
              + "), because each repair is an attempt, but was "
              + repairs);
    }
    return new Retry(
        attempts,
        repairs,
        section
            .quantity(
                "max_failed",
                Quantities::maxFailed,
                allowed -> true,
                "a number of documents such as 100, or a share of them such as 1%")
            .orElse(null));
  }

  private static Poll poll(Section section, Duration expiry) {
    Duration deadline = section.duration("deadline", TICK, MAX_DEADLINE, expiry.plus(AFTER_EXPIRY));
    Duration interval =
        section.duration("interval", TICK, Duration.ofDays(1), Duration.ofSeconds(60));
    if (section.value("deadline").isPresent() && deadline.compareTo(interval) < 0) {
      section.problem("deadline", "must not be shorter than poll.interval");
    }
    Duration grace = section.duration("grace", TICK, Duration.ofDays(1), Duration.ofMinutes(10));
    return new Poll(interval, deadline, grace);
  }

  private static @Nullable CacheSpec cache(Section root, boolean isDeterministic) {
    if (root.value("cache").isEmpty()) {
      return null;
    }
    Section section = root.section("cache");
    String path =
        section.requiredText("path", "a folder, local or gs://, in which answers are kept");
    section.checkPath("path", path);
    Duration maxAge =
        section.value("max_age").isEmpty()
            ? null
            : section.duration("max_age", TICK, MAX_CACHE_AGE, MAX_CACHE_AGE);
    Long maxSize =
        section
            .quantity("max_size", Quantities::bytes, bytes -> bytes >= 1, "a size such as 10GB")
            .orElse(null);
    boolean onlyDeterministic = section.flag("only_deterministic");
    return onlyDeterministic && !isDeterministic
        ? null
        : new CacheSpec(Storage.withoutSlash(path), maxAge, maxSize, false);
  }

  private static Map<String, PriceSpec> prices(Section root, BigDecimal share) {
    Map<String, PriceSpec> prices = new LinkedHashMap<>();
    root.models("prices").forEach((model, section) -> prices.put(model, price(section, share)));
    return Map.copyOf(prices);
  }

  /**
   * @param share what a batch costs of the real-time price, where the section doesn't say
   */
  private static PriceSpec price(Section section, BigDecimal share) {
    BigDecimal input = required(section, "input");
    BigDecimal output = required(section, "output");
    return new PriceSpec(
        cache(PriceSpec.Rates.of(input, output), section, ""),
        cache(
            PriceSpec.Rates.of(
                section.money("batch_input").orElse(input.multiply(share)),
                section.money("batch_output").orElse(output.multiply(share))),
            section,
            "batch_"));
  }

  private static PriceSpec.Rates cache(PriceSpec.Rates rates, Section section, String prefix) {
    return rates.withCache(
        section.money(prefix + "cached_input").orElse(null),
        section.money(prefix + "cache_write").orElse(null),
        section.money(prefix + "cache_write_1h").orElse(null));
  }

  private static BigDecimal required(Section section, String key) {
    Optional<BigDecimal> price = section.money(key);
    if (section.value(key).isEmpty()) {
      section.missing(key, "it is in USD per million tokens");
    }
    return price.orElse(BigDecimal.ZERO);
  }
}
