package org.vocabeam.pipelines.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.pipelines.compare.Entries;
import org.vocabeam.pipelines.compare.Entry;
import org.vocabeam.pipelines.options.RecipeArguments;
import org.vocabeam.pipelines.options.Spelling;
import org.vocabeam.pipelines.options.WrongValue;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * Plan file of a comparison, YAML or JSON: options of {@code compare} by their names, and the
 * entries, each a method with a name and options of {@code pretrain} that change its constants.
 *
 * <pre>{@code
 * budget: 2
 * seeds: [1, 2, 3]
 * entries:
 *   - method: obow
 *   - method: obow
 *     name: obow, 128 words
 *     words: 128
 * }</pre>
 *
 * @param file the file, for messages
 * @param content the whole file
 */
record PlanFile(String file, ObjectNode content) {
  private static final String ENTRIES = "entries";
  private static final String NAME = "name";
  private static final String SET = "set";

  /** Options of the command line alone. */
  private static final Set<String> NOT_IN_FILE = Set.of("plan", "methods", "help", "verbose");

  /** Options of an entry that all entries share. */
  private static final Set<String> SHARED = Set.of("seed");

  /** Steps that no schedule exceeds. */
  private static final long STEPS = 1L << 40;

  private static final YAMLMapper YAML =
      YAMLMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /** An entry as a command line. */
  @Command
  private static final class EntryCommand {
    @Mixin private RecipeArguments recipe;
  }

  /**
   * Reads a file.
   *
   * @throws UserError when it cannot be read, or is no object with entries
   */
  static PlanFile read(Path file) {
    JsonNode tree;
    try {
      tree = YAML.readTree(Files.readString(file, StandardCharsets.UTF_8));
    } catch (JsonProcessingException e) {
      throw new UserError(
          String.format(
              "%s is neither YAML nor JSON: %s (line %d)",
              file,
              e.getOriginalMessage().lines().findFirst().orElse("it ends too early"),
              e.getLocation() == null ? 1 : e.getLocation().getLineNr()),
          e);
    } catch (NoSuchFileException e) {
      throw new UserError("there is no plan file " + file, e);
    } catch (IOException e) {
      throw new UserError("cannot read the plan file " + file + ": " + e.getMessage(), e);
    }
    if (!(tree instanceof ObjectNode content)
        || !content.path(ENTRIES).isArray()
        || content.path(ENTRIES).isEmpty()) {
      throw new UserError(
          file + " has no entries, must be an object with a list of them, as in: compare --help");
    }
    return new PlanFile(file.toString(), content);
  }

  /**
   * Returns the options of the file, typed as on a command line.
   *
   * @param compare the command whose options they are
   * @throws UserError when there is no such option
   */
  List<String> options(CommandSpec compare) {
    List<String> known = names(compare, NOT_IN_FILE);
    known.add(ENTRIES);
    try {
      return typed(content, known, Set.of(ENTRIES));
    } catch (UserError e) {
      throw wrong("", e.getMessage(), e);
    }
  }

  /**
   * Returns the entries.
   *
   * @param preset of entries without one
   * @param imageSize of entries without one; null for the images' shape
   * @throws UserError naming the entry that is wrong
   */
  Entries entries(String preset, @Nullable Integer imageSize) {
    List<Entry> entries = new ArrayList<>();
    for (JsonNode entry : content.get(ENTRIES)) {
      String where = "entry " + (entries.size() + 1) + ": ";
      try {
        entries.add(entry(entry, preset, imageSize));
      } catch (ParameterException e) {
        throw wrong(where, WrongValue.line(e).orElse(e.getMessage()), e);
      } catch (UserError e) {
        throw wrong(where, e.getMessage(), e);
      }
    }
    try {
      return new Entries(file, preset, imageSize, entries);
    } catch (UserError e) {
      throw wrong("", e.getMessage(), e);
    }
  }

  private Entry entry(JsonNode entry, String preset, @Nullable Integer imageSize) {
    if (!(entry instanceof ObjectNode constants) || !constants.path("method").isTextual()) {
      throw new UserError("has no method, must have one of " + String.join(", ", Methods.names()));
    }
    String method = constants.get("method").asText();
    if (!Methods.names().contains(method)) {
      throw new UserError(
          String.format(
              "method is %s, must be one of %s%s",
              method,
              String.join(", ", Methods.names()),
              Spelling.suggestion(method, Methods.names())));
    }
    CommandLine command = new CommandLine(new EntryCommand());
    List<String> known = names(command.getCommandSpec(), SHARED);
    known.add(NAME);
    List<String> arguments = typed(constants, known, Set.of(NAME, SET));
    if (constants.has(SET) && !constants.get(SET).isObject()) {
      throw new UserError(
          "set is " + constants.get(SET) + ", must be an object, as in set: {/method/words: 128}");
    }
    constants
        .path(SET)
        .properties()
        .forEach(
            changed -> arguments.add("--set=" + changed.getKey() + "=" + json(changed.getValue())));
    if (!constants.has("preset")) {
      arguments.add("--preset=" + preset);
    }
    if (imageSize != null && !constants.has("imageSize")) {
      arguments.add("--imageSize=" + imageSize);
    }
    command.parseArgs(arguments.toArray(String[]::new));
    EntryCommand parsed = command.getCommand();
    parsed.recipe.choice().check(STEPS);
    return new Entry(constants.path(NAME).asText(method), parsed.recipe.choice());
  }

  /**
   * Returns the properties of an object as options.
   *
   * @param known all names that it may have
   * @param others names that are no options
   */
  private static List<String> typed(
      ObjectNode object, Collection<String> known, Set<String> others) {
    List<String> options = new ArrayList<>();
    for (Map.Entry<String, JsonNode> property : object.properties()) {
      String key = property.getKey();
      refuseUnknown(key, known);
      if (!others.contains(key)) {
        options.add("--" + key + "=" + text(key, property.getValue()));
      }
    }
    return options;
  }

  /** Returns the names of a command's options, without dashes. */
  private static List<String> names(CommandSpec command, Set<String> without) {
    return command.options().stream()
        .map(OptionSpec::longestName)
        .map(name -> name.replaceFirst("^--?", ""))
        .filter(name -> !without.contains(name))
        .collect(Collectors.toCollection(ArrayList::new));
  }

  private static void refuseUnknown(String key, Collection<String> known) {
    if (!known.contains(key)) {
      throw new UserError(
          String.format(
              "%s is unknown, must be one of %s%s",
              key, String.join(", ", new TreeSet<>(known)), Spelling.suggestion(key, known)));
    }
  }

  /** Returns a value as it is typed; a list with commas. */
  private static String text(String key, JsonNode value) {
    if (value.isObject() || value.isNull()) {
      throw new UserError(key + " is " + value + ", must be a value, or a list of values");
    }
    return value.isArray()
        ? StreamSupport.stream(value.spliterator(), false)
            .map(JsonNode::asText)
            .collect(Collectors.joining(","))
        : value.asText();
  }

  private static String json(JsonNode value) {
    return value.isTextual() ? value.asText() : value.toString();
  }

  private UserError wrong(String where, String line, Exception cause) {
    return new UserError(file + ": " + where + line, cause);
  }
}
