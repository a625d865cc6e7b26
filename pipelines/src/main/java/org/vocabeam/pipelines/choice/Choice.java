package org.vocabeam.pipelines.choice;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.Lists;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.training.ProgramSize;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Settings;
import org.vocabeam.models.training.StepMemory;
import org.vocabeam.pipelines.inputs.RecipeChanges;
import org.vocabeam.pipelines.inputs.RecipeChoice;

/**
 * Settings for a situation, each as the option that a person would type, with its reason. A pure
 * function: the same situation gives the same options.
 *
 * <pre>{@code
 * Choice choice = Choice.of(situation);
 * RecipeChoice recipe = choice.applyTo(RecipeChoice.of("obow"));
 * }</pre>
 *
 * @param settings options in the order in which they are chosen
 */
public record Choice(List<Setting> settings) {
  private static final String PRESET = "--preset";
  private static final String IMAGE_SIZE = "--imageSize";
  private static final String BATCH_SIZE = "--batchSize";
  private static final String ACCUMULATE = "--accumulate";
  private static final String WORDS = "--words";

  /** Sides at which images are shown, in pixels; patches of 16 divide most of them. */
  private static final List<Integer> SIDES = List.of(32, 48, 64, 96, 128, 160, 192, 224);

  /**
   * Least side that every method takes, in pixels; smaller images are enlarged to the first of
   * {@code SIDES}.
   */
  private static final int LEAST_SIDE = 28;

  /** Largest side of the small settings for images of several shapes, or large ones. */
  private static final int SMALL_SIDE = 64;

  /** The same for a run of few minutes. */
  private static final int SHORT_SIDE = 32;

  /** Minutes of a core from which on a run is not short. */
  private static final double SHORT = 20;

  /** Images for each visual word, at least. */
  private static final int IMAGES_PER_WORD = 12;

  /** Share of a device's memory that a step may take by the estimate. */
  private static final double DEVICE_SHARE = 0.6;

  /** Share of the host's memory that the views of the batches in memory may take. */
  private static final double HOST_SHARE = 0.1;

  /**
   * A chosen option.
   *
   * @param option name with its dashes
   * @param value value as it is typed
   * @param reason one short line
   */
  public record Setting(String option, String value, String reason) {
    String typed() {
      return option + "=" + value;
    }
  }

  public Choice {
    settings = List.copyOf(settings);
  }

  /** Returns the settings for a situation. */
  public static Choice of(Situation situation) {
    return of(situation, ProgramSize::of);
  }

  /**
   * Returns the settings for a situation.
   *
   * @param sizes sizes of a recipe's program; to author it takes a part of a second
   */
  static Choice of(Situation situation, Function<Recipe, ProgramSize> sizes) {
    Network network = Network.of(situation);
    String preset = network.preset(situation.method());
    List<Setting> settings = new ArrayList<>();
    settings.add(new Setting(PRESET, preset, network.reason(situation)));

    int limit = largestSide(network, situation);
    int shown = shown(situation, limit);
    if (shown > 0) {
      settings.add(new Setting(IMAGE_SIZE, Integer.toString(shown), sizeReason(situation, limit)));
    }

    Recipe recipe =
        Methods.recipe(
            situation.method(), Methods.preset(situation.method(), preset), situation.task(shown));
    double views = StepMemory.of(recipe).hostBytes();
    int batch = recipe.batchSize();
    while (batch % 2 == 0
        && batch > 2
        && batch * views > HOST_SHARE * situation.machine().hostBytes()) {
      batch /= 2;
    }
    settings.add(
        new Setting(
            BATCH_SIZE,
            Integer.toString(batch),
            batch < recipe.batchSize()
                ? "larger ones need too much memory for their views"
                : "the preset's, at most the images"));

    ProgramSize size = sizes.apply(recipe);
    int parts = 1;
    while (batch % (2 * parts) == 0
        && batch / (2 * parts) > 1
        && size.deviceBytes(recipe.batchSize(), batch / parts)
            > DEVICE_SHARE * situation.machine().deviceBytes()) {
      parts *= 2;
    }
    if (parts > 1) {
      settings.add(
          new Setting(
              ACCUMULATE,
              Integer.toString(parts),
              String.format(
                  Locale.ROOT,
                  "a step at once needs %.1f GB",
                  size.deviceBytes(recipe.batchSize(), batch) / 1e9)));
    }

    JsonNode preferred = Methods.toTree(recipe).at("/method/words");
    if (!preferred.isMissingNode()) {
      int words = preferred.intValue();
      // A vocabulary is no smaller than what a step adds to it.
      int least = Math.max(batch, Methods.toTree(recipe).at("/method/newWords").intValue());
      while (words % 2 == 0
          && words / 2 % batch == 0
          && words / 2 >= least
          && words > situation.images() / IMAGES_PER_WORD) {
        words /= 2;
      }
      settings.add(
          new Setting(
              WORDS,
              Integer.toString(words),
              words < preferred.intValue()
                  ? "at least " + IMAGES_PER_WORD + " images a word, and a multiple of the batch"
                  : "the preset's"));
    }
    return new Choice(settings);
  }

  private static int largestSide(Network network, Situation situation) {
    if (network.settings() == Settings.PAPER) {
      return Settings.PAPER.side();
    }
    boolean isShort = !situation.machine().hasGpu() && situation.computeMinutes() < SHORT;
    return isShort ? SHORT_SIDE : SMALL_SIDE;
  }

  /** Returns the side at which images are shown; 0 for their own shape. */
  private static int shown(Situation situation, int limit) {
    boolean fits = Math.max(situation.height(), situation.width()) <= limit;
    if (situation.oneShape() && fits && situation.side() >= LEAST_SIDE) {
      return 0;
    }
    int side = Math.min(situation.side(), limit);
    return Lists.reverse(SIDES).stream()
        .filter(candidate -> candidate <= side)
        .findFirst()
        .orElse(SIDES.get(0));
  }

  private static String sizeReason(Situation situation, int limit) {
    if (situation.side() < SIDES.get(0)) {
      return "the least; images are enlarged";
    }
    if (situation.side() <= limit) {
      return "most images are at least that large";
    }
    return limit == SHORT_SIDE
        ? String.format(Locale.ROOT, "%d take at least %.0f minutes of one core", SMALL_SIDE, SHORT)
        : "the side that the preset is meant for";
  }

  /** Returns the choice without settings that a person has given. */
  Choice without(Set<String> given) {
    return new Choice(settings.stream().filter(s -> !given.contains(s.option())).toList());
  }

  /** Returns the names of the options that a choice of a recipe has and that would be chosen. */
  static Set<String> given(RecipeChoice recipe) {
    Set<String> given =
        recipe.changes().changes().stream()
            .map(RecipeChanges.Change::option)
            .collect(Collectors.toSet());
    if (recipe.imageSize() != null) {
      given.add(IMAGE_SIZE);
    }
    return given;
  }

  /** Returns a recipe with the settings; what it changes itself comes after them. */
  public RecipeChoice applyTo(RecipeChoice recipe) {
    RecipeChoice chosen = recipe;
    RecipeChanges changes = RecipeChanges.NONE;
    for (Setting setting : settings) {
      switch (setting.option()) {
        case PRESET -> chosen = chosen.withPreset(setting.value());
        case IMAGE_SIZE -> chosen = chosen.withImageSize(Integer.valueOf(setting.value()));
        case BATCH_SIZE -> changes = changes.with(BATCH_SIZE, "/batchSize", setting.value());
        case ACCUMULATE -> changes = changes.with(ACCUMULATE, "/microBatches", setting.value());
        case WORDS -> changes = changes.with(WORDS, "/method/words", setting.value());
        default -> throw new IllegalStateException(setting.typed());
      }
    }
    return chosen.withChanges(changes.and(chosen.changes()));
  }
}
