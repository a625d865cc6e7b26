package org.vocabeam.models;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Packages of models and the arrows between them. */
class LayersOfPackagesTest {
  private static final String MODELS = "org.vocabeam.models";
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(MODELS);

  private static String[] packages(String... names) {
    String[] packages = new String[names.length];
    for (int i = 0; i < names.length; i++) {
      packages[i] = MODELS + "." + names[i];
    }
    return packages;
  }

  @Test
  void packagesKnowTheLayersBelowThem() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("errors and seeds")
        .definedBy(MODELS)
        .layer("graph")
        .definedBy(packages("graph"))
        .layer("parts")
        .definedBy(packages("backbone", "onnx", "optimize", "program", "views"))
        .layer("training")
        .definedBy(packages("training"))
        .layer("methods")
        .definedBy(packages("bownet", "generative", "jointembedding", "labels", "obow", "pretext"))
        .layer("evaluation")
        .definedBy(packages("codebook", "evaluate", "weights"))
        .layer("registry of methods")
        .definedBy(packages("methods"))
        .whereLayer("errors and seeds")
        .mayNotAccessAnyLayer()
        .whereLayer("graph")
        .mayOnlyAccessLayers("errors and seeds")
        .whereLayer("parts")
        .mayOnlyAccessLayers("errors and seeds", "graph")
        .whereLayer("training")
        .mayOnlyAccessLayers("errors and seeds", "graph", "parts")
        .whereLayer("methods")
        .mayOnlyAccessLayers("errors and seeds", "graph", "parts", "training")
        .whereLayer("evaluation")
        .mayOnlyAccessLayers("errors and seeds", "graph", "parts", "training")
        .whereLayer("registry of methods")
        .mayNotBeAccessedByAnyLayer()
        .ensureAllClassesAreContainedInArchitecture()
        .check(CLASSES);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("org.vocabeam.(**)").should().beFreeOfCycles().check(CLASSES);
  }
}
