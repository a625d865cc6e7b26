package org.vocabeam.pipelines;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaModifier.PUBLIC;
import static com.tngtech.archunit.core.domain.JavaModifier.STATIC;
import static com.tngtech.archunit.lang.conditions.ArchConditions.be;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

/** The layers: models compute, transforms distribute, pipelines run. Tests keep to them too. */
class ArchitectureTest {
  private static final JavaClasses CLASSES = new ClassFileImporter().importPackages("org.vocabeam");

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
  void packagesHaveNoCycles() {
    slices().matching("org.vocabeam.(**)").should().beFreeOfCycles().check(CLASSES);
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
