package io.beambatch.cli;

import io.beambatch.error.ExitCode;
import io.beambatch.job.RequestSpec;
import io.beambatch.provider.Capabilities;
import io.beambatch.provider.Endpoint;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code providers}: prints what each provider can do, and how that was tested. */
@Command(
    name = "providers",
    description =
        "Lists the values of request.provider, with what each provider can do, its limits, and how"
            + " far that was tested.")
final class ProvidersCommand implements Callable<Integer> {
  private static final List<String> TITLES =
      List.of("provider", "price", "requests", "size", "queue", "ends in", "kept", "found by");

  private static final String LEGEND =
      """

      price      of a batch, as a share of real time, where no table of prices says
                 more
      requests   in one batch; size: of its input
      queue      what the provider's limit on everything in flight counts
      ends in    after this time a batch is given up by the provider
      kept       how long results can be fetched
      found by   how a batch is found whose creation had no reply; count: by the
                 number of its requests
      tested     own server: against the local server, which clients of the
                 provider's own test; like OpenAI: the profile is data on top of
                 the client for OpenAI, which is tested so; documented replies:
                 against replies as the provider's documents show them

      No test has ever called a provider's real service. Any other server of
      OpenAI's API: provider openai, and its address as request.base_url.
      """;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    TextTable table = new TextTable(List.of(), TITLES, TITLES.size());
    Facts facts = new Facts();
    for (RequestSpec.Provider provider : RequestSpec.Provider.values()) {
      table.add(List.of(), line(provider));
      facts.add(provider.word(), "key: " + String.join(" or ", provider.api().keyVariables()));
      facts.add(
          "",
          provider.api().endpoints().stream()
              .map(Endpoint::path)
              .collect(Collectors.joining(", ")));
      facts.add("", "tested: " + tested(provider));
    }
    out.println(table);
    out.print(facts);
    out.print(LEGEND);
    out.flush();
    return ExitCode.DONE;
  }

  private static List<String> line(RequestSpec.Provider provider) {
    Capabilities can = provider.capabilities();
    return List.of(
        provider.word(),
        can.batchPrice().toPlainString(),
        Summary.number(can.limits().maxRequests()),
        (can.limits().maxBytes() >> 20) + " MiB",
        word(can.queue()),
        time(can.expiry()),
        time(can.resultsKept()),
        switch (can.orphans()) {
          case TOKEN -> "token";
          case OWN_ID -> "own id";
          case METADATA -> "metadata";
          case DISPLAY_NAME -> "display name";
          case INPUT_FILE -> "input file";
          case COUNT -> "count";
        });
  }

  /** Must be honest: readers choose by it where to send documents. */
  private static String tested(RequestSpec.Provider provider) {
    return switch (provider) {
      case OPENAI, ANTHROPIC, GEMINI -> "own server";
      case TOGETHER, MISTRAL, OPENROUTER -> "own server, documented replies";
      case AZURE, GROQ, DEEPINFRA, DOUBLEWORD -> "like OpenAI";
    };
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static String time(Duration time) {
    return time.toDays() >= 2 ? time.toDays() + " d" : time.toHours() + " h";
  }
}
