package org.vocabeam.pipelines.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.pipelines.Vocabeam;
import org.vocabeam.pipelines.compare.Comparison;
import org.vocabeam.pipelines.compare.Entry;
import picocli.CommandLine;

/** Plan files of compare; nothing is trained. */
class ComparePlanTest {
  private static final String TWICE =
      """
      images: runs/images
      budget: 2
      seeds: [1, 2, 3]
      finetuneSteps: 0
      entries:
        - method: obow
        - method: obow
          name: obow, 128 words
          words: 128
          batchSize: 32
          set:
            /method/crops/0/size: 16
        - method: moca
          preset: small/vit-mini4
      """;

  @TempDir static Path directory;

  private static Path file(String content) throws IOException {
    Path file = Files.createTempFile(directory, "plan", ".yaml");
    Files.writeString(file, content);
    return file;
  }

  private static Comparison request(String content, String... options) throws IOException {
    List<String> arguments =
        new ArrayList<>(List.of("compare", "--output=out", "--plan", file(content).toString()));
    arguments.addAll(List.of(options));
    CommandLine line = Vocabeam.commandLine();
    line.parseArgs(arguments.toArray(String[]::new));
    return line.getSubcommands().get("compare").<CompareCommand>getCommand().request();
  }

  @Test
  void aMethodMayStandTwice() throws IOException {
    Comparison comparison = request(TWICE);
    assertEquals("runs/images", comparison.images());
    assertEquals(2, comparison.budget());
    assertEquals(List.of(1L, 2L, 3L), comparison.seeds());
    assertEquals(
        List.of("obow", "obow, 128 words", "moca"),
        comparison.entries().list().stream().map(Entry::name).toList());
    assertEquals(
        List.of(
            List.of(),
            List.of("--words=128", "--batchSize=32", "--set=/method/crops/0/size=16"),
            List.of("--method=moca", "--preset=small/vit-mini4")),
        comparison.entries().list().stream().map(entry -> entry.choice().options()).toList());
  }

  @Test
  void jsonIsReadToo() throws IOException {
    String json = "{\"images\": \"a\", \"steps\": 8, \"entries\": [{\"method\": \"dino\"}]}";
    assertEquals(8, request(json).steps());
  }

  @Test
  void theCommandLineWins() throws IOException {
    Comparison comparison = request(TWICE, "--steps=9", "--seeds=4", "--preset=small/resnet18");
    assertEquals(9, comparison.steps());
    assertEquals(null, comparison.budget());
    assertEquals(List.of(4L), comparison.seeds());
    assertEquals(0, comparison.finetuneSteps());
    assertEquals(
        List.of("small/resnet18", "small/resnet18", "small/vit-mini4"),
        comparison.entries().list().stream().map(entry -> entry.choice().preset()).toList());
  }

  @Test
  void theExampleOfTheHelpIsRead() throws IOException {
    String help = Vocabeam.commandLine().getSubcommands().get("compare").getUsageMessage();
    String example =
        help.lines()
            .dropWhile(line -> !line.contains("images: runs"))
            .takeWhile(line -> line.startsWith("  "))
            .map(line -> line.substring(2))
            .collect(Collectors.joining("\n"));
    assertEquals(2, request(example).entries().list().size());
  }
}
