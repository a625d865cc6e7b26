package org.vocabeam.pipelines.cases;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.pipelines.SmallStore;
import org.vocabeam.pipelines.Vocabeam;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Every option of every command with values that it cannot have: the answer is one line that names
 * the option and the value, and the exit status of a wrong command line.
 */
class EveryOptionCasesTest {
  /** Names and places, for which any text is a value. */
  private static final Set<String> TEXTS = Set.of("DIR", "PATH", "FILE", "LABEL");

  private static final Set<Class<?>> WHOLE =
      Set.of(int.class, Integer.class, long.class, Long.class);
  private static final Set<Class<?>> NUMBERS = Set.of(double.class, Double.class);

  /** Options that may be negative. */
  private static final Set<String> ANY = Set.of("--seed", "--seeds", "--auxiliaryWeight");

  /** Length of a comparison, in whose place are steps. */
  private static final String BUDGET = "--budget=1";

  @TempDir private static Path directory;
  private static Map<String, List<String>> commands;

  @BeforeAll
  static void commands() throws IOException {
    String images = "--images=" + SmallStore.of(directory, 12, 6);
    String output = "--output=" + directory.resolve("out");
    Path run = directory.resolve("run");
    Printed.by(
        List.of(
            "pretrain",
            images,
            "--output=" + run,
            "--method=rotation",
            "--rounds=1",
            "--stepsPerRound=1",
            "--batchSize=4",
            "--signalImages=0",
            "--runner=DirectRunner"));
    String checkpoint = "--checkpoint=" + run;
    String input = "--input=" + directory.resolve("none");
    String registry = "--registry=" + directory.resolve("registry");
    commands =
        new TreeMap<>(
            Map.ofEntries(
                Map.entry("demo", List.of("--data=/proc/none")),
                Map.entry("prepare-photo-id", List.of("--output=/proc/none")),
                Map.entry(
                    "ingest",
                    List.of("--input=" + directory.resolve("folder"), output, "--shortSide=8")),
                Map.entry("augment", List.of(images, output, "--runner=DirectRunner")),
                Map.entry("inspect", List.of(directory.resolve("images").toString())),
                Map.entry("pretrain", List.of(images, output, "--printRecipe")),
                Map.entry("extract", List.of(images, output, checkpoint, "--level=layer2")),
                Map.entry(
                    "codebook", List.of("--descriptors=" + directory.resolve("none"), output)),
                Map.entry(
                    "assign",
                    List.of(images, output, checkpoint, "--codebook=" + directory.resolve("none"))),
                Map.entry("update", List.of(images, output, "--targets=" + directory.resolve("x"))),
                Map.entry("evaluate", List.of(images, output, checkpoint)),
                Map.entry("finetune", List.of(images, output, "--printRecipe")),
                Map.entry(
                    "distill",
                    List.of(
                        images,
                        output,
                        "--teacher=" + run,
                        "--student=small",
                        "--objective=logits")),
                Map.entry("compare", List.of(images, output, "--testSplit=none", BUDGET)),
                Map.entry("embed", List.of(images, output, checkpoint)),
                Map.entry("import", List.of(directory.resolve("none").toString(), output)),
                Map.entry("export", List.of(output, checkpoint)),
                Map.entry("retrain", List.of(input, registry, "--shortSide=8")),
                Map.entry(
                    "schedule", List.of(input, registry, "--cron=0 3 * * *", "--shortSide=8")),
                Map.entry("registry", List.of("show", registry))));
  }

  private static Printed execute(String command, OptionSpec option, String value) {
    List<String> arguments = new ArrayList<>(List.of(command));
    commands.get(command).stream()
        .filter(argument -> !argument.startsWith(option.longestName() + "="))
        .filter(argument -> !(option.longestName().equals("--steps") && argument.equals(BUDGET)))
        .forEach(arguments::add);
    arguments.add(option.longestName() + "=" + value);
    return Printed.by(arguments);
  }

  private static Stream<OptionSpec> options(String command) {
    return Vocabeam.commandLine().getSubcommands().get(command).getCommandSpec().options().stream()
        .filter(option -> option.arity().max() > 0);
  }

  private static Class<?> type(OptionSpec option) {
    return option.isMultiValue()
        ? option.auxiliaryTypes()[option.auxiliaryTypes().length - 1]
        : option.type();
  }

  private static void assertRefused(String command, OptionSpec option, String value) {
    Printed executed = execute(command, option, value);
    String what = command + " " + option.longestName() + "=" + value;
    String line = executed.line();
    assertTrue(line.contains(option.longestName()), what + ": " + line);
    assertTrue(line.contains(value), what + ": " + line);
    assertEquals(2, executed.status(), what + ": " + line);
  }

  @Test
  void everyCommandIsTried() {
    assertTrue(
        commands
            .keySet()
            .containsAll(
                Vocabeam.commandLine().getSubcommands().keySet().stream()
                    .filter(name -> !Set.of("help", "submit", "bench").contains(name))
                    .toList()));
  }

  @Test
  void noOptionIsEmpty() {
    for (String command : commands.keySet()) {
      assertAll(
          options(command)
              .map(
                  option ->
                      (Executable)
                          () -> {
                            Printed executed = execute(command, option, "");
                            String line = executed.line();
                            assertTrue(
                                line.startsWith(option.longestName() + " is empty, must be "),
                                command + ": " + line);
                            assertEquals(2, executed.status());
                          }));
    }
  }

  @Test
  void textIsNoNumber() {
    for (String command : commands.keySet()) {
      assertAll(
          options(command)
              .filter(option -> WHOLE.contains(type(option)) || NUMBERS.contains(type(option)))
              .flatMap(
                  option ->
                      Stream.of("many", "1,5x", "0x", "NaN", "99999999999999999999999999999999e9")
                          .map(
                              value ->
                                  (Executable)
                                      () -> {
                                        if (!value.contains(",") || !option.isMultiValue()) {
                                          assertRefused(command, option, value);
                                        }
                                      })));
    }
  }

  /** A number below its range is refused, whatever else is wrong with the command. */
  @Test
  void numbersBelowTheirRange() {
    assertAll(
        commands.keySet().stream()
            .flatMap(
                command ->
                    options(command)
                        .filter(
                            option ->
                                WHOLE.contains(type(option)) || NUMBERS.contains(type(option)))
                        .filter(option -> !ANY.contains(option.longestName()))
                        .map(option -> () -> assertRefused(command, option, "-7"))));
  }

  @Test
  void namesThatThereAreNot() {
    for (String command : List.of("pretrain", "finetune", "ingest", "augment", "retrain")) {
      assertAll(
          options(command)
              .filter(option -> !TEXTS.contains(option.paramLabel()))
              .filter(option -> type(option) == String.class || type(option).isEnum())
              .filter(option -> !option.longestName().matches("--set|--[a-z]+Column"))
              .map(
                  option ->
                      (Executable)
                          () -> {
                            String line = execute(command, option, "mazr").line();
                            assertTrue(
                                line.contains("mazr") || command.equals("retrain"),
                                command + " " + option.longestName() + ": " + line);
                          }));
    }
  }
}
