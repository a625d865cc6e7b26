package org.vocabeam.pipelines;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaModifier.PUBLIC;
import static com.tngtech.archunit.core.domain.JavaModifier.STATIC;
import static com.tngtech.archunit.lang.conditions.ArchConditions.be;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.Sets;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * The layers, as docs/architecture.md draws them: models compute, transforms distribute, pipelines
 * run. Tests keep to them too.
 */
class ArchitectureTest {
  private static final JavaClasses CLASSES = new ClassFileImporter().importPackages("org.vocabeam");

  /** Without tests, which may start from the command line whatever package they are in. */
  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("org.vocabeam");

  /** Package of pipelines to the packages of pipelines that its classes may know. */
  private static final Map<String, Set<String>> PIPELINES =
      Map.ofEntries(
          entry("runner", Set.of()),
          entry("inputs", Set.of("runner")),
          entry("lock", Set.of("inputs")),
          entry("stage", Set.of("inputs", "runner")),
          entry("run", Set.of("stage", "inputs", "runner")),
          entry("choice", Set.of("run", "inputs", "runner")),
          entry("page", Set.of()),
          entry("compare", Set.of("page", "run", "stage", "inputs", "runner")),
          entry("registry", Set.of("choice", "run", "stage", "lock", "inputs", "runner")),
          entry("options", Set.of("choice", "run", "inputs", "runner")),
          entry(
              "command",
              Set.of(
                  "options",
                  "registry",
                  "lock",
                  "compare",
                  "choice",
                  "run",
                  "stage",
                  "inputs",
                  "runner",
                  "inspect",
                  "datasets")),
          entry("datasets", Set.of()),
          entry("inspect", Set.of("page", "inputs")),
          entry("gpu", Set.of()),
          entry("metrics", Set.of()));

  /** Packages of transforms that read and write stores. */
  private static final Set<String> STORES = Set.of("files", "parquet", "store");

  /** Package of transforms to the packages of transforms that its classes may know. */
  private static final Map<String, Set<String>> TRANSFORMS =
      Map.ofEntries(
          entry("files", Set.of()),
          entry("metrics", Set.of()),
          entry("worker", Set.of()),
          entry("parquet", Set.of("files")),
          entry("store", Set.of("files", "parquet")),
          entry("checkpoint", STORES),
          entry("image", STORES),
          entry("targets", STORES),
          entry("statistics", with(STORES, "image")),
          entry("source", with(STORES, "image")),
          entry("features", with(STORES, "image", "checkpoint", "metrics", "worker")),
          entry("codebook", with(STORES, "metrics", "worker")),
          entry("labels", with(STORES, "image", "targets")),
          entry("views", with(STORES, "image", "metrics")),
          entry("ingest", with(STORES, "image", "source", "statistics", "metrics")),
          entry("evaluation", with(STORES, "image", "features")),
          entry(
              "teacher",
              with(
                  STORES,
                  "image",
                  "checkpoint",
                  "targets",
                  "features",
                  "codebook",
                  "metrics",
                  "worker")),
          entry(
              "training",
              with(
                  STORES,
                  "image",
                  "checkpoint",
                  "targets",
                  "features",
                  "views",
                  "metrics",
                  "worker")),
          entry(
              "signal",
              with(STORES, "image", "checkpoint", "features", "training", "metrics", "worker")));

  private static Set<String> with(Set<String> packages, String... more) {
    return Sets.union(packages, Set.of(more));
  }

  @Test
  void modelsCompute() {
    noClasses()
        .that()
        .resideInAPackage("org.vocabeam.models..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.apache.beam..",
            "org.apache.flink..",
            "org.vocabeam.transforms..",
            "org.vocabeam.pipelines..")
        .check(CLASSES);
  }

  @Test
  void transformsKnowNoPipelines() {
    noClasses()
        .that()
        .resideInAPackage("org.vocabeam.transforms..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.vocabeam.pipelines..")
        .check(CLASSES);
  }

  @Test
  void transformsAreNotStarted() {
    noMethods()
        .that()
        .areDeclaredInClassesThat()
        .resideInAPackage("org.vocabeam.transforms..")
        .and()
        .haveModifier(PUBLIC)
        .and()
        .haveModifier(STATIC)
        .should()
        .haveName("main")
        .check(CLASSES);
  }

  @Test
  void onlyPipelinesReadTheCommandLine() {
    noClasses()
        .that()
        .resideOutsideOfPackage("org.vocabeam.pipelines..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("picocli..")
        .check(CLASSES);
  }

  @Test
  void packagesOfPipelinesAreLayered() {
    PIPELINES.forEach((from, to) -> knowsOnly("org.vocabeam.pipelines.", from, to));
  }

  /** A new package says here whom it may know. */
  @Test
  void everyPackageHasALayer() {
    assertEquals(packages("org.vocabeam.pipelines."), PIPELINES.keySet());
    assertEquals(packages("org.vocabeam.transforms."), TRANSFORMS.keySet());
  }

  private static Set<String> packages(String root) {
    return MAIN.stream()
        .map(JavaClass::getPackageName)
        .filter(name -> name.startsWith(root))
        .map(name -> name.substring(root.length()))
        .collect(toSet());
  }

  @Test
  void packagesOfTransformsAreLayered() {
    TRANSFORMS.forEach((from, to) -> knowsOnly("org.vocabeam.transforms.", from, to));
  }

  private static void knowsOnly(String root, String from, Set<String> to) {
    noClasses()
        .that()
        .resideInAPackage(root + from)
        .should()
        .dependOnClassesThat(
            describe(
                "of another package of " + root + " than " + new TreeSet<>(to),
                type ->
                    (type.getPackageName() + ".").startsWith(root)
                        && !type.getPackageName().equals(root + from)
                        && !to.contains(
                            (type.getPackageName() + ".")
                                .substring(root.length())
                                .split("\\.", 2)[0])))
        .check(MAIN);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("org.vocabeam.(**)").should().beFreeOfCycles().check(MAIN);
  }

  @Test
  void typesAreNouns() {
    noClasses()
        .should(
            be(
                describe(
                    "named *Util(s), *Helper, *Common, *Manager or Base*",
                    (JavaClass type) ->
                        type.getSimpleName()
                            .matches(".*(Utils?|Helpers?|Common|Manager)|Base[A-Z].*"))))
        .check(CLASSES);
  }
}
