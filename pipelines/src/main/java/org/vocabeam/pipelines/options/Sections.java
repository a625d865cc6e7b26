package org.vocabeam.pipelines.options;

import static java.util.Comparator.comparingInt;
import static java.util.Map.entry;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toList;
import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_COMMAND_LIST;
import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_DESCRIPTION;
import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_FOOTER;
import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_HEADER;
import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_OPTION_LIST;
import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_OPTION_LIST_HEADING;
import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_PARAMETER_LIST;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi.Text;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.Column.Overflow;
import picocli.CommandLine.Help.TextTable;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * Sections of a command's help, each a heading with options below it. The {@code order} of an
 * option is its section; options without one stand under "Options", before all others:
 *
 * <pre>{@code
 * @Option(names = "--images", order = Sections.INPUT, description = "Images store.")
 * private String images;
 * }</pre>
 *
 * <p>The sections that most people need come first, and the examples come before them all.
 */
public final class Sections {
  /** Order of an option that has none, by picocli. */
  private static final int UNSORTED = -1;

  public static final int INPUT = 1;
  public static final int TIMES = 2;
  public static final int OUTPUT = 3;
  public static final int REGISTRY = 4;
  public static final int METHOD = 5;
  public static final int ROUNDS = 6;
  public static final int SIGNAL = 7;
  public static final int LENGTH = 8;
  public static final int LABELS = 9;
  public static final int GATE = 10;
  public static final int FEATURES = 11;
  public static final int WORDS = 12;
  public static final int IMAGES = 13;
  public static final int VIEWS = 14;
  public static final int ROWS = 15;
  public static final int SHEET = 16;
  public static final int RUNNER = 17;
  public static final int COLUMNS = 18;
  public static final int FILES = 19;
  public static final int OPTIMIZER = 20;
  public static final int OBOW = 21;
  public static final int BOWNET = 22;
  public static final int GENERAL = 23;

  private static final Map<Integer, String> HEADINGS =
      Map.ofEntries(
          entry(UNSORTED, "Options"),
          entry(INPUT, "Input"),
          entry(TIMES, "Times"),
          entry(OUTPUT, "Output"),
          entry(REGISTRY, "Registry"),
          entry(METHOD, "Network and method"),
          entry(ROUNDS, "Rounds and replicas"),
          entry(SIGNAL, "Signal while it trains"),
          entry(LENGTH, "Length of training"),
          entry(LABELS, "Labels"),
          entry(GATE, "Promotion"),
          entry(FEATURES, "Features"),
          entry(WORDS, "Visual words"),
          entry(IMAGES, "Images in the store"),
          entry(VIEWS, "Views"),
          entry(ROWS, "Rows and files"),
          entry(SHEET, "Sheet of pictures"),
          entry(RUNNER, "Where it runs"),
          entry(COLUMNS, "Columns of Parquet and tables"),
          entry(FILES, "Files of the store"),
          entry(OPTIMIZER, "Optimizer and other constants (by default, those of the preset)"),
          entry(OBOW, "OBoW (by default, the constants of the preset)"),
          entry(BOWNET, "BoWNet"),
          entry(GENERAL, "General"));

  /** Width of the names of options; a longer name has a line of its own. */
  private static final int NAMES = 27;

  /** Width of the names of commands. */
  private static final int COMMANDS = 20;

  private static final int INDENT = 2;

  private Sections() {}

  /** Gives a command its help: usage, what it does, examples, then its options by section. */
  public static void apply(CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    spec.usageMessage().customSynopsis(synopsis(spec)).descriptionHeading("%n");
    renderOptions(command);
    List<String> keys = new ArrayList<>(command.getHelpSectionKeys());
    keys.removeAll(List.of(SECTION_KEY_HEADER, SECTION_KEY_FOOTER, SECTION_KEY_COMMAND_LIST));
    int description = keys.indexOf(SECTION_KEY_DESCRIPTION);
    keys.add(description, SECTION_KEY_HEADER);
    keys.add(description + 2, SECTION_KEY_FOOTER);
    command.setHelpSectionKeys(keys);
  }

  /**
   * Gives the root command its help: all commands by group, then its options.
   *
   * @param groups names of commands by heading; those without a group come last
   */
  public static void apply(CommandLine root, Map<String, List<String>> groups) {
    renderOptions(root);
    Map<String, IHelpSectionRenderer> renderers = root.getHelpSectionMap();
    renderers.put(SECTION_KEY_COMMAND_LIST, help -> commands(help, groups));
    root.setHelpSectionMap(renderers);
    root.getCommandSpec()
        .usageMessage()
        .customSynopsis(root.getCommandName() + " COMMAND [OPTIONS]")
        .descriptionHeading("%n")
        .commandListHeading("");
    List<String> keys = new ArrayList<>(root.getHelpSectionKeys());
    keys.remove(SECTION_KEY_COMMAND_LIST);
    keys.add(keys.indexOf(SECTION_KEY_OPTION_LIST_HEADING), SECTION_KEY_COMMAND_LIST);
    root.setHelpSectionKeys(keys);
  }

  private static void renderOptions(CommandLine command) {
    Map<String, IHelpSectionRenderer> renderers = command.getHelpSectionMap();
    renderers.put(SECTION_KEY_PARAMETER_LIST, Sections::parameters);
    renderers.put(SECTION_KEY_OPTION_LIST, Sections::options);
    command.setHelpSectionMap(renderers);
  }

  private static String commands(Help help, Map<String, List<String>> groups) {
    Map<String, Help> others = new LinkedHashMap<>(help.subcommands());
    StringBuilder text = new StringBuilder();
    groups.forEach(
        (heading, names) -> {
          Map<String, Help> group = new LinkedHashMap<>();
          names.forEach(name -> group.put(name, others.remove(name)));
          text.append(group(help, heading, group));
        });
    return text.append(group(help, "More", others)).toString();
  }

  private static String group(Help help, String heading, Map<String, Help> commands) {
    TextTable table = table(help, COMMANDS);
    commands.forEach(
        (name, command) ->
            table.addRowValues(
                help.colorScheme().commandText(name),
                help.colorScheme().text(summary(command.commandSpec().usageMessage()))));
    return String.format("%n%s:%n%s", heading, table);
  }

  private static String summary(UsageMessageSpec usage) {
    return Stream.of(usage.header(), usage.description())
        .flatMap(Stream::of)
        .findFirst()
        .orElse("");
  }

  /** Returns the usage line: what must be given, by name. */
  private static String synopsis(CommandSpec command) {
    Stream<String> parameters =
        command.positionalParameters().stream().map(PositionalParamSpec::paramLabel);
    Stream<String> required =
        command.options().stream()
            .filter(OptionSpec::required)
            .sorted(comparingInt(OptionSpec::order))
            .map(option -> option.longestName() + "=" + option.paramLabel());
    return Stream.of(
            Stream.of(command.qualifiedName()), parameters, required, Stream.of("[OPTIONS]"))
        .flatMap(words -> words)
        .collect(joining(" "));
  }

  private static String parameters(Help help) {
    List<PositionalParamSpec> parameters = help.commandSpec().positionalParameters();
    return parameters.isEmpty() ? "" : section(help, "Arguments", parameters);
  }

  private static String options(Help help) {
    Map<Integer, List<OptionSpec>> sections =
        help.commandSpec().options().stream()
            .filter(option -> !option.hidden())
            .collect(groupingBy(OptionSpec::order, TreeMap::new, toList()));
    StringBuilder text = new StringBuilder();
    sections.forEach((order, options) -> text.append(section(help, HEADINGS.get(order), options)));
    return text.toString();
  }

  private static String section(Help help, String heading, List<? extends ArgSpec> arguments) {
    TextTable table = table(help, NAMES);
    for (ArgSpec argument : arguments) {
      table.addRowValues(name(help, argument), help.colorScheme().text(description(argument)));
    }
    return String.format("%n%s:%n%s", heading, table);
  }

  private static TextTable table(Help help, int names) {
    int width = help.commandSpec().usageMessage().width();
    TextTable table =
        TextTable.forColumns(
            help.colorScheme(),
            new Column(names, INDENT, Overflow.SPAN),
            new Column(width - names, 0, Overflow.WRAP));
    table.indentWrappedLines = 0;
    return table;
  }

  private static Text name(Help help, ArgSpec argument) {
    if (argument instanceof OptionSpec option) {
      Text label =
          help.parameterLabelRenderer()
              .renderParameterLabel(option, help.ansi(), help.colorScheme().optionParamStyles());
      return help.colorScheme().optionText(String.join(", ", option.names())).concat(label);
    }
    return help.colorScheme().parameterText(argument.paramLabel());
  }

  /** Returns what an argument does, on one line, and its default. */
  private static String description(ArgSpec argument) {
    String text = String.join(" ", argument.description());
    boolean isFlag = argument.arity().max() == 0;
    String value = argument.defaultValueString(true);
    return isFlag || argument.required() || value == null || value.equals("null")
        ? text
        : text + " Default: " + value + ".";
  }
}
