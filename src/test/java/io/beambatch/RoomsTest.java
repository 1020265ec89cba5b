package io.beambatch;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import io.beambatch.job.RequestSpec;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.TupleTag;

/**
 * One room a stage, in the order in which data flows: a room needs those before it, and what stands
 * beside them. Only the pipeline, the running of it, and the ways to launch it know them all.
 */
@AnalyzeClasses(packages = "io.beambatch", importOptions = RoomsTest.OnlyMain.class)
class RoomsTest {
  private static final String[] PROVIDERS = {
    "io.beambatch.provider.openai..",
    "io.beambatch.provider.anthropic..",
    "io.beambatch.provider.gemini.."
  };

  private static final List<String> STAGES =
      List.of("job", "source", "request", "chunk", "batch", "result", "sink");

  private static final List<Class<?>> NOT_SENT =
      List.of(
          Record.class, Enum.class, Throwable.class, PTransform.class, TupleTag.class, Map.class);

  @ArchTest static final ArchRule aStageNeedsOnlyThoseBeforeItAndWhatStandsBeside = stages(rooms());

  @ArchTest
  static final ArchRule whatStandsBesideTheStagesNeedsNoneOfThem =
      rooms()
          .whereLayer("error")
          .mayNotAccessAnyLayer()
          .whereLayer("json")
          .mayNotAccessAnyLayer()
          .whereLayer("document")
          .mayOnlyAccessLayers("json")
          .whereLayer("storage")
          .mayOnlyAccessLayers("error")
          .whereLayer("provider")
          .mayOnlyAccessLayers("error", "json")
          .whereLayer("schema")
          .mayOnlyAccessLayers("json")
          .whereLayer("records")
          .mayOnlyAccessLayers("schema", "storage")
          .whereLayer("ledger")
          .mayOnlyAccessLayers("error", "provider", "storage")
          .whereLayer("reuse")
          .mayOnlyAccessLayers("error", "storage")
          .whereLayer("cost")
          .mayOnlyAccessLayers("job", "provider");

  @ArchTest
  static final ArchRule aConnectorIsWholeAndKnownWhereItIsChosen =
      rooms()
          .whereLayer("bigquery")
          .mayOnlyBeAccessedByLayers("pipeline", "cli", "template")
          .whereLayer("pubsub")
          .mayOnlyBeAccessedByLayers("pipeline", "cli", "template");

  @ArchTest
  static final ArchRule theLocalServerNeedsNothingOfOurs =
      rooms()
          .whereLayer("localserver")
          .mayNotAccessAnyLayer()
          .whereLayer("localserver")
          .mayOnlyBeAccessedByLayers("cli");

  /** What a provider has of its own stays in its package; the list of them all is the job's. */
  @ArchTest
  static final ArchRule nobodyKnowsAProviderButTheListOfThem =
      noClasses()
          .that()
          .resideOutsideOfPackages(PROVIDERS)
          .and()
          .doNotBelongToAnyOf(RequestSpec.class)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(PROVIDERS);

  @ArchTest
  static final ArchRule noProviderKnowsAnother =
      slices()
          .matching("io.beambatch.provider.(openai|anthropic|gemini)..")
          .should()
          .notDependOnEachOther();

  @ArchTest
  static final ArchRule onlyTheWaysToLaunchKnowAll =
      rooms()
          .whereLayer("cli")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("template")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("pipeline")
          .mayOnlyBeAccessedByLayers("cli", "template")
          .whereLayer("run")
          .mayOnlyBeAccessedByLayers("cli", "template", "pipeline");

  /** What the jar for Dataflow is made without. */
  @ArchTest
  static final ArchRule onlyTheCommandLineNeedsWhatStartsOnOneMachine =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.beambatch.cli..", "io.beambatch.localserver..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "picocli..",
              "io.javalin..",
              "org.eclipse.jetty..",
              "org.apache.beam.runners.direct..");

  /** Without a name of its own it gets one by chance, and another machine gives it another. */
  @ArchTest
  static final ArchRule everyOutputOfAStepHasAName =
      noClasses().should().callConstructor(TupleTag.class);

  @ArchTest
  static void eachSimpleNameOccursOnce(JavaClasses classes) {
    Map<String, List<String>> packages =
        classes.stream()
            .filter(type -> type.isTopLevelClass() && !type.getSimpleName().equals("package-info"))
            .collect(
                groupingBy(
                    JavaClass::getSimpleName,
                    TreeMap::new,
                    mapping(JavaClass::getPackageName, toList())));
    assertThat(packages).hasSizeGreaterThan(400);
    assertThat(packages)
        .allSatisfy((name, places) -> assertThat(places).as("packages with a %s", name).hasSize(1));
  }

  @ArchTest
  static void nothingTakesMoreThanFiveArguments(JavaClasses classes) {
    assertThat(classes)
        .filteredOn(type -> !type.isRecord() && !type.isAnonymousClass())
        .flatExtracting(JavaClass::getCodeUnits)
        .filteredOn(unit -> !unit.getModifiers().contains(JavaModifier.SYNTHETIC))
        .filteredOn(unit -> arguments(unit) > 5 && !isOfALibrary(unit))
        // Beam gives a DoFn what it asks for, each state and timer as an argument.
        .filteredOn(unit -> !unit.isAnnotatedWith(DoFn.ProcessElement.class))
        .extracting(JavaCodeUnit::getFullName)
        .isEmpty();
  }

  @ArchTest
  static void nothingStaticChanges(JavaClasses classes) {
    assertThat(classes.stream().flatMap(type -> type.getFields().stream()))
        .filteredOn(field -> field.getModifiers().contains(JavaModifier.STATIC))
        .filteredOn(field -> !field.getModifiers().contains(JavaModifier.FINAL))
        .extracting(JavaField::getFullName)
        // Beam gives the options of its file systems to nobody but a registrar.
        .containsExactly("io.beambatch.storage.FileSystemOptions.current");
  }

  /** Runners keep them in checkpoints and savepoints, and hand them to a newer program. */
  @ArchTest
  static void whatIsSerializedNamesTheVersionOfItsForm(JavaClasses classes) {
    List<JavaClass> serialized =
        classes.stream()
            .filter(type -> type.isAssignableTo(Serializable.class) && !type.isInterface())
            // Java has rules of its own for records and constants; transforms and tags stay here.
            .filter(type -> NOT_SENT.stream().noneMatch(type::isAssignableTo))
            .toList();
    assertThat(serialized).hasSizeGreaterThan(60);
    assertThat(serialized)
        .filteredOn(type -> type.tryGetField("serialVersionUID").isEmpty())
        .extracting(JavaClass::getName)
        .isEmpty();
  }

  private static int arguments(JavaCodeUnit unit) {
    // A constant's constructor gets its name and its number besides.
    boolean ofConstants = unit.isConstructor() && unit.getOwner().isEnum();
    return unit.getRawParameterTypes().size() - (ofConstants ? 2 : 0);
  }

  /** Whether a method overrides one whose arguments are not ours to choose. */
  private static boolean isOfALibrary(JavaCodeUnit unit) {
    return Stream.concat(
            unit.getOwner().getAllRawSuperclasses().stream(),
            unit.getOwner().getAllRawInterfaces().stream())
        .filter(type -> !type.getPackageName().startsWith("io.beambatch"))
        .flatMap(type -> type.getMethods().stream())
        .anyMatch(
            method ->
                method.getName().equals(unit.getName())
                    && method.getRawParameterTypes().equals(unit.getRawParameterTypes()));
  }

  private static LayeredArchitecture rooms() {
    LayeredArchitecture rooms =
        layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("pipeline")
            .definedBy("io.beambatch");
    for (String room :
        List.of(
            "error",
            "json",
            "document",
            "storage",
            "schema",
            "records",
            "provider",
            "bigquery",
            "pubsub",
            "ledger",
            "reuse",
            "cost",
            "localserver",
            "run",
            "cli",
            "template")) {
      rooms = rooms.layer(room).definedBy("io.beambatch." + room + "..");
    }
    for (String stage : STAGES) {
      rooms = rooms.layer(stage).definedBy("io.beambatch." + stage);
    }
    return rooms;
  }

  private static LayeredArchitecture stages(LayeredArchitecture rooms) {
    LayeredArchitecture ruled = rooms;
    List<String> allowed =
        new ArrayList<>(
            List.of(
                "error",
                "json",
                "document",
                "storage",
                "schema",
                "records",
                "provider",
                "ledger",
                "reuse",
                "cost"));
    for (String stage : STAGES) {
      ruled = ruled.whereLayer(stage).mayOnlyAccessLayers(allowed.toArray(String[]::new));
      allowed.add(stage);
    }
    return ruled;
  }

  /** Tells classes by their sources: tests may be compiled into the same folder. */
  static final class OnlyMain implements ImportOption {
    private static final Pattern CLASS =
        Pattern.compile(".*/(io/beambatch/[^$]+?)(\\$.*)?\\.class");

    @Override
    public boolean includes(Location location) {
      Matcher name = CLASS.matcher(location.asURI().getPath());
      return name.matches() && Files.exists(Path.of("src/main/java", name.group(1) + ".java"));
    }
  }
}
