package org.vocabeam.pipelines.options;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.vocabeam.pipelines.Vocabeam;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

class LocationsTest {
  private static final class Arguments {
    @Option(names = "--folder", paramLabel = "DIR")
    private String folder;

    @Option(names = "--file", paramLabel = "FILE")
    private Path file;

    @Option(names = "--bucket", paramLabel = "DIR")
    private String bucket;

    @Option(names = "--none", paramLabel = "DIR")
    private String none;

    @Option(names = "--level", paramLabel = "NAME")
    private String level;
  }

  @Test
  void relativeOnesBecomeAbsolute() {
    Arguments arguments = new Arguments();
    CommandLine command = new CommandLine(arguments);
    command.parseArgs("--folder=a/../b", "--file=c", "--bucket=s3://x/y", "--level=layer2");
    Locations.makeAbsolute(command.getCommandSpec());
    Path here = Path.of("").toAbsolutePath();
    assertEquals(here.resolve("b").toString(), arguments.folder);
    assertEquals(here.resolve("c"), arguments.file);
    assertEquals("s3://x/y", arguments.bucket);
    assertEquals(null, arguments.none);
    assertEquals("layer2", arguments.level);
  }

  /** A location with another label would stay relative, and not be found by the workers. */
  @Test
  void theCommandsOptionsThatNameLocationsHaveTheLabels() {
    Set<String> names = new TreeSet<>();
    for (CommandLine command : Vocabeam.commandLine().getSubcommands().values()) {
      for (OptionSpec option : command.getCommandSpec().options()) {
        if (List.of("DIR", "PATH", "FILE").contains(option.paramLabel())) {
          names.add(option.longestName());
        } else {
          assertEquals(false, option.type() == Path.class, option.longestName());
        }
      }
    }
    assertEquals(
        Set.of(
            "--checkpoint",
            "--codebook",
            "--data",
            "--descriptors",
            "--images",
            "--initial",
            "--input",
            "--labels",
            "--metrics",
            "--output",
            "--page",
            "--plan",
            "--registry",
            "--sheet",
            "--targets",
            "--teacher",
            "--teacherFeatures",
            "--views"),
        names);
  }
}
