package io.beambatch.cost;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.beambatch.job.Inference;
import io.beambatch.job.PriceSpec;
import io.beambatch.job.RequestSpec;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Models' prices, as the providers published them on a date. A model that isn't in the table has no
 * price; it is never taken to be free.
 */
public final class PriceTable {
  private static final String RESOURCE = "prices.yaml";

  /** The date of a version of a model, such as {@code gpt-4o-mini-2024-07-18}. */
  private static final Pattern DATE_SUFFIX = Pattern.compile("-(\\d{4}-\\d{2}-\\d{2}|\\d{8})$");

  private final LocalDate asOf;
  private final List<Model> models;

  private PriceTable(LocalDate asOf, List<Model> models) {
    this.asOf = asOf;
    this.models = List.copyOf(models);
  }

  /** The table that comes with the program. */
  public static PriceTable shipped() {
    return Shipped.TABLE;
  }

  private static PriceTable readShipped() {
    try (InputStream in = PriceTable.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new FileNotFoundException("no resource " + RESOURCE);
      }
      return read(in);
    } catch (IOException e) {
      throw new UncheckedIOException("the shipped price table can't be read", e);
    }
  }

  static PriceTable read(InputStream in) throws IOException {
    TableFile file = JsonMapper.builder(new YAMLFactory()).build().readValue(in, TableFile.class);
    return new PriceTable(
        LocalDate.parse(file.asOf()),
        file.prices().entrySet().stream()
            .flatMap(
                provider ->
                    provider.getValue().entrySet().stream()
                        .map(
                            model ->
                                new Model(
                                    provider.getKey(), model.getKey(), model.getValue().toSpec())))
            .toList());
  }

  /** The date of the prices. */
  public LocalDate asOf() {
    return asOf;
  }

  /**
   * A model's price at a provider; others may have another price for a model of the same name. A
   * name with a date at its end is looked up unchanged, then without the date.
   *
   * @param provider its name in job files
   * @param overrides prices by model that replace the table's
   * @return empty if neither has the model
   */
  public Optional<PriceSpec> price(
      String provider, String model, Map<String, PriceSpec> overrides) {
    Map<String, PriceSpec> own =
        models.stream()
            .filter(known -> known.provider().equals(provider))
            .collect(Collectors.toMap(Model::name, Model::price));
    String undated = DATE_SUFFIX.matcher(model).replaceFirst("");
    return Stream.<Function<String, @Nullable PriceSpec>>of(overrides::get, own::get)
        .flatMap(table -> Stream.of(model, undated).map(table))
        .flatMap(Stream::ofNullable)
        .findFirst();
  }

  /**
   * The cost of an inference's tokens.
   *
   * @return empty if the model's price is unknown
   */
  public Optional<CostEstimate> cost(Inference inference, TokenCounts tokens) {
    RequestSpec request = inference.request();
    return price(request.provider().word(), request.model(), inference.prices())
        .map(price -> CostEstimate.of(price, tokens));
  }

  /** All models of the table, provider by provider. */
  public List<Model> models() {
    return models;
  }

  /**
   * A model of the table.
   *
   * @param provider its name in job files
   */
  public record Model(String provider, String name, PriceSpec price) {
    /** Returns whether it writes text, and so has a price for it; other models embed. */
    public boolean writesText() {
      return price.realTime().output().signum() > 0;
    }
  }

  /** Loads the table when it is first needed. */
  private static final class Shipped {
    private static final PriceTable TABLE = readShipped();
  }

  private record TableFile(
      @JsonProperty(value = "as_of", required = true) String asOf,
      @JsonProperty(value = "prices", required = true) Map<String, Map<String, Price>> prices) {}

  private record Price(
      @JsonProperty(value = "input", required = true) BigDecimal input,
      @JsonProperty(value = "output", required = true) BigDecimal output,
      @JsonProperty("batch_input") @Nullable BigDecimal batchInput,
      @JsonProperty("batch_output") @Nullable BigDecimal batchOutput,
      @JsonProperty("cached_input") @Nullable BigDecimal cachedInput,
      @JsonProperty("cache_write") @Nullable BigDecimal cacheWrite,
      @JsonProperty("cache_write_1h") @Nullable BigDecimal cacheWriteForAnHour,
      @JsonProperty("batch_cached_input") @Nullable BigDecimal batchCachedInput,
      @JsonProperty("batch_cache_write") @Nullable BigDecimal batchCacheWrite,
      @JsonProperty("batch_cache_write_1h") @Nullable BigDecimal batchCacheWriteForAnHour) {

    PriceSpec toSpec() {
      PriceSpec spec = PriceSpec.of(input, output, batchInput, batchOutput);
      return new PriceSpec(
          spec.realTime().withCache(cachedInput, cacheWrite, cacheWriteForAnHour),
          spec.batch().withCache(batchCachedInput, batchCacheWrite, batchCacheWriteForAnHour));
    }
  }
}
