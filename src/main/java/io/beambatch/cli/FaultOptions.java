package io.beambatch.cli;

import io.beambatch.localserver.FaultText;
import io.beambatch.localserver.Faults;
import io.beambatch.localserver.LocalServerSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Options for the faults that a local server injects. */
final class FaultOptions {
  @Option(
      names = "--fault",
      paramLabel = "WHERE:KIND[:HOW_OFTEN]",
      converter = Fault.class,
      description =
          "A fault that the local server injects, such as *:error_500:10%%,"
              + " create_batch:lost_reply:1, batch:expire:1 or line:missing:1%%; may be repeated."
              + " docs/local-server.md lists all faults.")
  private List<Faults> given = new ArrayList<>();

  @Option(
      names = "--faults",
      paramLabel = "FILE",
      converter = FaultFile.class,
      description = "A JSON file of faults.")
  private @Nullable Faults file;

  @Option(
      names = "--seed",
      paramLabel = "NUMBER",
      description =
          "The seed of random faults and of the order of result lines. Default:"
              + " ${DEFAULT-VALUE}.")
  private long seed = LocalServerSettings.defaults().seed();

  boolean any() {
    return !faults().equals(Faults.none());
  }

  LocalServerSettings applyTo(LocalServerSettings settings) {
    return settings.withSeed(seed).withFaults(faults());
  }

  private Faults faults() {
    Faults all = file == null ? Faults.none() : file;
    for (Faults fault : given) {
      all = all.and(fault);
    }
    return all;
  }

  private static final class Fault implements ITypeConverter<Faults> {
    @Override
    public Faults convert(String value) {
      try {
        return FaultText.parse(value);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  private static final class FaultFile implements ITypeConverter<Faults> {
    @Override
    public Faults convert(String value) {
      try {
        return Faults.parse(Files.readString(Path.of(value)));
      } catch (NoSuchFileException e) {
        throw new TypeConversionException(value + ": there is no such file");
      } catch (IOException | IllegalArgumentException e) {
        throw new TypeConversionException(value + ": " + e.getMessage());
      }
    }
  }
}
