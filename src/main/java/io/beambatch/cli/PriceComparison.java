package io.beambatch.cli;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.beambatch.cost.CostEstimate;
import io.beambatch.cost.Money;
import io.beambatch.cost.PriceTable;
import io.beambatch.job.Job;
import io.beambatch.job.RequestSpec;
import io.beambatch.run.Estimate;
import io.beambatch.run.PlannedTokens;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The cost of a job with each model whose price is known, as {@code plan --compare} shows it.
 * Tokens are counted for the job's own model; other providers count slightly differently.
 *
 * @param keepsPrefix whether the job asks for a cache of prompts that is of use
 */
record PriceComparison(List<Offer> offers, boolean keepsPrefix) {
  /**
   * A model's price for the job.
   *
   * @param costUsd at most, in a batch; for the job's own model the same as {@link
   *     Estimate#costUsd}
   * @param costCachedUsd the same with the common prefix in the provider's cache, see {@link
   *     Estimate#costCachedUsd}
   * @param possible whether the model can answer what the job asks
   * @param note a remark; empty if there is none
   */
  @JsonNaming(SnakeCaseStrategy.class)
  record Offer(
      String provider,
      String model,
      BigDecimal costUsd,
      @Nullable BigDecimal costCachedUsd,
      BigDecimal costRealtimeUsd,
      boolean possible,
      String note) {}

  /** Compares the models, the cheapest batch first. */
  static PriceComparison of(Job job, Estimate estimate) {
    PlannedTokens tokens = estimate.tokens(job);
    return new PriceComparison(
        models(job)
            .map(model -> offer(job, tokens, model))
            .sorted(
                Comparator.comparing((Offer offer) -> !offer.possible())
                    .thenComparing(Offer::costUsd)
                    .thenComparing(Offer::model))
            .toList(),
        tokens.prefixCached() != null);
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

  private static Offer offer(Job job, PlannedTokens tokens, PriceTable.Model model) {
    CostEstimate cost = CostEstimate.of(model.price(), tokens.most());
    Optional<String> obstacle = obstacle(job, model);
    return new Offer(
        model.provider(),
        model.name(),
        Estimate.rounded(cost.batchUsd()),
        tokens.prefixCachedUsd(model.price()).map(Estimate::rounded).orElse(null),
        Estimate.rounded(cost.realTimeUsd()),
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

  /** Prints the comparison as a table, behind an empty line. */
  void print(Estimate estimate, PrintWriter out) {
    List<String> titles = new ArrayList<>(List.of("provider", "model", "by batch", "in real time"));
    if (keepsPrefix) {
      titles.add(3, "prefix cached");
    }
    titles.add("");
    TextTable table = new TextTable(List.of(), titles, titles.size());
    for (Offer offer : offers) {
      Money.Comparison costs = Money.compare(offer.costUsd(), offer.costRealtimeUsd());
      List<String> row =
          new ArrayList<>(
              List.of(offer.provider(), offer.model(), costs.batch(), costs.realTime()));
      if (keepsPrefix) {
        row.add(3, offer.costCachedUsd() == null ? "-" : Money.show(offer.costCachedUsd()));
      }
      row.add(offer.note());
      table.add(List.of(), row);
    }
    out.print("\n" + table + "\n");
    out.println(
        "Tokens as "
            + Objects.requireNonNull(estimate.model())
            + " counts them"
            + (estimate.maxCompletionTokens() == null ? "; prompts only" : "")
            + (keepsPrefix
                ? ". Prefix cached: what is sent first writes it, and all others read it"
                : "")
            + ". Prices as of "
            + estimate.pricesAsOf()
            + "; other models have none here. Another provider takes another request.body;"
            + " request.prompt goes everywhere.");
  }
}
