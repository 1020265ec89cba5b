package io.beambatch.cli;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.beambatch.cost.CostEstimate;
import io.beambatch.cost.Money;
import io.beambatch.cost.PriceTable;
import io.beambatch.cost.TokenCounts;
import io.beambatch.job.Job;
import io.beambatch.job.RequestSpec;
import io.beambatch.run.Estimate;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The cost of a job with each model whose price is known, as {@code plan --compare} shows it.
 * Tokens are counted for the job's own model; other providers count slightly differently.
 */
record PriceComparison(List<Offer> offers) {
  private static final int DECIMALS = 6;

  /**
   * A model's price for the job.
   *
   * @param costUsd in a batch
   * @param possible whether the model can answer what the job asks
   * @param note a remark; empty if there is none
   */
  @JsonNaming(SnakeCaseStrategy.class)
  record Offer(
      String provider,
      String model,
      BigDecimal costUsd,
      BigDecimal costRealtimeUsd,
      boolean possible,
      String note) {}

  /** Compares the models, the cheapest batch first. */
  static PriceComparison of(Job job, Estimate estimate) {
    return new PriceComparison(
        models(job)
            .map(model -> offer(job, estimate, model))
            .sorted(
                Comparator.comparing((Offer offer) -> !offer.possible())
                    .thenComparing(Offer::costUsd)
                    .thenComparing(Offer::model))
            .toList());
  }

  /** The models of the table, and those with prices in the job file. */
  private static Stream<PriceTable.Model> models(Job job) {
    String own = job.inference().request().provider().word();
    return Stream.concat(
        job.inference().prices().entrySet().stream()
            .map(price -> new PriceTable.Model(own, price.getKey(), price.getValue())),
        PriceTable.shipped().models().stream()
            .filter(model -> !job.inference().prices().containsKey(model.name())));
  }

  private static Offer offer(Job job, Estimate estimate, PriceTable.Model model) {
    Long completions = estimate.maxCompletionTokens();
    CostEstimate cost =
        CostEstimate.of(
            model.price(),
            TokenCounts.of(estimate.promptTokens(), completions == null ? 0 : completions));
    Optional<String> obstacle = obstacle(job, model);
    return new Offer(
        model.provider(),
        model.name(),
        rounded(cost.batchUsd()),
        rounded(cost.realTimeUsd()),
        obstacle.isEmpty(),
        obstacle.orElse(cost.savingUsd().signum() < 0 ? "a batch costs more than real time" : ""));
  }

  /** Why a model can't answer what the job asks. */
  private static Optional<String> obstacle(Job job, PriceTable.Model model) {
    RequestSpec request = job.inference().request();
    if (request.target().writesText() != model.writesText()) {
      return Optional.of(model.writesText() ? "writes text" : "only embeds");
    }
    return Arrays.stream(RequestSpec.Provider.values())
            .filter(provider -> provider.word().equals(model.provider()))
            .flatMap(provider -> provider.api().endpoints().stream())
            .anyMatch(endpoint -> endpoint.writesText() == request.target().writesText())
        ? Optional.empty()
        : Optional.of("has no such endpoint");
  }

  private static BigDecimal rounded(BigDecimal usd) {
    return usd.setScale(DECIMALS, RoundingMode.UP);
  }

  /** Prints the comparison as a table, behind an empty line. */
  void print(Estimate estimate, PrintWriter out) {
    TextTable table =
        new TextTable(List.of(), List.of("provider", "model", "by batch", "in real time", ""), 5);
    for (Offer offer : offers) {
      Money.Comparison costs = Money.compare(offer.costUsd(), offer.costRealtimeUsd());
      table.add(
          List.of(),
          List.of(offer.provider(), offer.model(), costs.batch(), costs.realTime(), offer.note()));
    }
    out.print("\n" + table + "\n");
    out.println(
        "Tokens as "
            + Objects.requireNonNull(estimate.model())
            + " counts them"
            + (estimate.maxCompletionTokens() == null ? "; prompts only" : "")
            + ". Prices as of "
            + estimate.pricesAsOf()
            + "; other models have none here. Another provider takes another request.body;"
            + " request.prompt goes everywhere.");
  }
}
