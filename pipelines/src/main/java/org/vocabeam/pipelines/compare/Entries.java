package org.vocabeam.pipelines.compare;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.inputs.RecipeChoice;
import org.vocabeam.pipelines.runner.TypedCommand;

/**
 * Entries of a comparison: methods with the constants of one preset, or what a plan file lists.
 *
 * <pre>{@code
 * Entries entries = Entries.of(List.of("obow", "simclr"), "small", null);
 * }</pre>
 *
 * @param plan the plan file; null without one
 * @param preset name of network and settings of all entries without one of their own
 * @param imageSize side of the square at which whole images are shown; null for the images' shape
 * @param list in the order of the table, each of another name
 */
public record Entries(
    @Nullable String plan, String preset, @Nullable Integer imageSize, List<Entry> list) {
  public Entries {
    list = List.copyOf(list);
    Set<String> names = new HashSet<>();
    for (Entry entry : list) {
      if (!names.add(entry.name())) {
        throw new UserError(
            "two entries have the name " + entry.name() + "; give one of them another name");
      }
    }
  }

  /** Returns an entry of each method. */
  public static Entries of(List<String> methods, String preset, @Nullable Integer imageSize) {
    return new Entries(
        null,
        preset,
        imageSize,
        methods.stream().map(method -> usual(method, method, preset, imageSize)).toList());
  }

  private static Entry usual(
      String name, String method, String preset, @Nullable Integer imageSize) {
    return new Entry(name, RecipeChoice.of(method).withPreset(preset).withImageSize(imageSize));
  }

  List<String> names() {
    return list.stream().map(Entry::name).toList();
  }

  /** Returns the method and the constants of an entry. */
  RecipeChoice choice(String name, long seed) {
    return list.stream()
        .filter(entry -> entry.name().equals(name))
        .findFirst()
        .orElseThrow()
        .choice()
        .withSeed(seed);
  }

  /** Adds the options that give these entries. */
  TypedCommand addTo(TypedCommand command) {
    return (plan == null
            ? command.with("methods", String.join(",", names()))
            : command.with("plan", plan))
        .unless(RecipeChoice.PRESET, "preset", preset)
        .ifGiven("imageSize", imageSize);
  }

  /** Adds what decides the runs, and not where it was written. */
  void addTo(ObjectNode options) {
    options.put("preset", preset);
    if (imageSize != null) {
      options.put("imageSize", imageSize);
    }
    options.put("methods", String.join(",", names()));
    for (Entry entry : list) {
      if (!entry.equals(usual(entry.name(), entry.name(), preset, imageSize))) {
        options.withObject("/entries").put(entry.name(), typed(entry.choice()));
      }
    }
  }

  /** Returns a choice as options; its seed is not the entry's. */
  private static String typed(RecipeChoice choice) {
    return Stream.concat(
            Stream.of("--method=" + choice.method()),
            choice.options().stream().filter(option -> !option.startsWith("--method=")))
        .collect(Collectors.joining(" "));
  }
}
