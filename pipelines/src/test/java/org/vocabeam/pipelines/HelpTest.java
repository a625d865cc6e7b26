package org.vocabeam.pipelines;

import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.base.Splitter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The help of all commands, as a stranger reads it in a terminal of 80 columns. */
class HelpTest {
  private static final int COLUMNS = 80;
  private static final Pattern HEADING = Pattern.compile("[A-Z].*:");

  /** A word of a command line: text without spaces, parts of which may be in single quotes. */
  private static final Pattern WORD = Pattern.compile("(?:[^\\s']|'[^']*')+");

  /** Options with another default or another meaning in some command, and the number of each. */
  private static final Map<String, Integer> DECLARATIONS =
      Map.of(
          "--checkpoint", 2, // finetune needs none
          "--level", 2, // extract has no default
          "--output", 4, // prepare-photo-id and demo have defaults, import needs none
          "--preset", 2, // import finds it in the shapes
          "--rounds", 3, // compare and demo have other defaults
          "--seed", 2, // inspect takes the first rows without one
          "--stepsPerRound", 2, // demo has another default
          "--teacher", 2, // distill needs one
          "--words", 2); // codebook has a default of its own

  /** The commands of this module; others may be on the class path of a test too. */
  static List<String> commands() {
    return Vocabeam.commandLine().getSubcommands().entrySet().stream()
        .filter(command -> !command.getKey().equals("help"))
        .filter(command -> isOfThisModule(command.getValue().getCommand()))
        .map(Map.Entry::getKey)
        .toList();
  }

  private static boolean isOfThisModule(Object command) {
    return command.getClass().getPackageName().startsWith(Vocabeam.class.getPackageName());
  }

  private static CommandLine command(String name) {
    return Vocabeam.commandLine().getSubcommands().get(name);
  }

  private static List<OptionSpec> options(String command) {
    return command(command).getCommandSpec().options();
  }

  private static String shown(String... arguments) {
    StringWriter shown = new StringWriter();
    CommandLine commandLine = Vocabeam.commandLine().setOut(new PrintWriter(shown));
    assertEquals(0, commandLine.execute(arguments));
    return shown.toString();
  }

  @Test
  void withoutACommandAllCommandsAreListed() {
    String help = shown();
    assertEquals(help, shown("help"));
    assertEquals(help, shown("--help"));
    for (String name : commands()) {
      long lines = help.lines().filter(line -> line.startsWith("  " + name + " ")).count();
      assertEquals(1, lines, name + " in " + help);
    }
    String others = help.substring(help.indexOf("More:"), help.indexOf("General:"));
    commands().forEach(name -> assertFalse(others.contains("  " + name + " "), others));
    assertTrue(help.contains("First steps:\n  demo "), help);
  }

  @ParameterizedTest
  @MethodSource("commands")
  void theHelpBeginsWithUsageAndPurposeAndExamples(String name) {
    String help = shown(name, "--help");
    assertEquals(help, shown("help", name));
    List<String> lines = help.lines().toList();
    int blank = lines.indexOf("");
    String usage = String.join(" ", lines.subList(0, blank));
    assertTrue(usage.startsWith("Usage: vocabeam " + name + " "), usage);
    for (OptionSpec option : options(name)) {
      assertEquals(option.required(), usage.contains(" " + option.longestName() + "="), usage);
    }
    String purpose = lines.get(blank + 1);
    assertTrue(purpose.endsWith("."), purpose);
    int example = lines.indexOf("Example:");
    assertTrue(example > 3 && example < 12, help);
    assertTrue(lines.get(example + 1).startsWith("  ./vocabeam " + name + " "), help);
  }

  @ParameterizedTest
  @MethodSource("commands")
  void examplesAreCommandLines(String name) {
    String help = shown(name, "--help").replaceAll("\\\\\n", " ");
    List<String> examples =
        help.lines().map(String::strip).filter(line -> line.startsWith("./vocabeam ")).toList();
    assertFalse(examples.isEmpty(), help);
    for (String example : examples) {
      Matcher words = WORD.matcher(example.substring("./vocabeam ".length()));
      List<String> arguments = new ArrayList<>();
      while (words.find()) {
        arguments.add(words.group().replace("'", ""));
      }
      CommandLine parsed =
          Vocabeam.commandLine()
              .parseArgs(arguments.toArray(String[]::new))
              .asCommandLineList()
              .get(1);
      assertEquals(List.of(), parsed.getUnmatchedArguments(), example);
    }
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyOptionStandsOnceUnderAHeadingWithItsDefault(String name) {
    List<String> lines = shown(name, "--help").lines().toList();
    int first = lines.indexOf("Example:") + 1;
    Map<String, String> texts = new TreeMap<>();
    Set<String> headings = new TreeSet<>();
    String heading = null;
    String option = null;
    for (String line : lines.subList(first, lines.size())) {
      assertTrue(line.length() <= COLUMNS, line);
      if (HEADING.matcher(line).matches()) {
        assertTrue(headings.add(line), "twice: " + line);
        heading = line;
      } else if (line.startsWith("  -")) {
        assertTrue(heading != null, line);
        option =
            Splitter.onPattern("[=\\[ ]").split(line.replace("-h, ", "").strip()).iterator().next();
        assertEquals(null, texts.put(option, line), "twice: " + option);
      } else if (option != null) {
        texts.merge(option, line, (text, more) -> text + ' ' + more.strip());
      }
    }
    assertEquals(
        options(name).stream().map(OptionSpec::longestName).collect(toCollection(TreeSet::new)),
        texts.keySet());
    for (OptionSpec spec : options(name)) {
      assertTrue(spec.description().length > 0, spec.longestName());
      assertTrue(spec.order() > 0, spec.longestName() + " is in no section");
      if (spec.defaultValue() != null && spec.arity().max() > 0) {
        String text = texts.get(spec.longestName()).replaceAll("\\s", "");
        assertTrue(text.contains("Default:" + spec.defaultValue() + "."), text);
      }
    }
  }

  @Test
  void theFirstScreenShowsWhatMostPeopleNeed() {
    List<String> lines = shown("pretrain", "--help").lines().toList();
    String screen = String.join("\n", lines.subList(0, 45));
    for (String option :
        List.of(
            "--images=",
            "--split=",
            "--output=",
            "--method=",
            "--preset=",
            "--rounds=",
            "--stepsPerRound=",
            "--replicas=")) {
      assertTrue(screen.contains("\n  " + option), option + " is not in " + screen);
    }
  }

  @Test
  void theOptionsOfAMethodStandUnderItsName() {
    String help = shown("pretrain", "--help");
    String obow = help.substring(help.indexOf("\nOBoW"), help.indexOf("\nBoWNet:"));
    assertEquals(
        Set.of(
            "--words",
            "--levels",
            "--inverseDelta",
            "--inverseTemperature",
            "--borderCrop",
            "--reduction",
            "--vocabularyUpdate",
            "--distanceDecay",
            "--teacherDecay"),
        obow.lines()
            .filter(line -> line.startsWith("  --"))
            .map(line -> line.strip().replaceFirst("=.*", ""))
            .collect(toSet()));
  }

  @Test
  void everyOptionIsDeclaredOnce() {
    Map<String, Set<String>> declarations = new TreeMap<>();
    for (String command : commands()) {
      for (OptionSpec option : options(command)) {
        declarations
            .computeIfAbsent(option.longestName(), name -> new TreeSet<>())
            .add(String.valueOf(option.userObject()));
      }
    }
    declarations.forEach(
        (name, places) ->
            assertEquals(
                DECLARATIONS.getOrDefault(name, 1), places.size(), name + " in " + places));
    assertTrue(declarations.keySet().containsAll(DECLARATIONS.keySet()), "stale exceptions");
  }
}
