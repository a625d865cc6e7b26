package org.vocabeam.pipelines.inputs;

import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.training.ImageShape;
import org.vocabeam.models.training.Preset;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Settings;
import org.vocabeam.models.training.Task;
import org.vocabeam.models.views.Normalisation;
import org.vocabeam.pipelines.runner.TypedCommand;

/**
 * A choice of a self-supervised method and its constants, from which a recipe is made as soon as
 * the images are known.
 *
 * <pre>{@code
 * Recipe recipe = RecipeChoice.of("obow").withSeed(7).recipe(images.task(Settings.SMALL, steps, 7));
 * }</pre>
 *
 * @param method name of the method
 * @param preset name of network and settings
 * @param seed of all randomness
 * @param imageSize side of the square at which whole images are shown; null for the task's shape
 * @param changes constants that differ from the preset
 */
public record RecipeChoice(
    String method, String preset, long seed, @Nullable Integer imageSize, RecipeChanges changes) {
  /** Default of {@code method}. */
  public static final String METHOD = "obow";

  /** Default of {@code preset}. */
  public static final String PRESET = "small";

  /** Default of {@code seed}. */
  public static final String SEED = "1";

  /** Images that all presets and batches of any size fit. */
  private static final int SIDE = 224;

  private static final long IMAGES = 1L << 40;
  private static final Normalisation HALF =
      new Normalisation(new float[] {0.5f, 0.5f, 0.5f}, new float[] {0.5f, 0.5f, 0.5f});

  public RecipeChoice {
    Preset.named(preset);
  }

  /** Returns the default preset of a method, unchanged. */
  public static RecipeChoice of(String method) {
    return new RecipeChoice(method, PRESET, Long.parseLong(SEED), null, RecipeChanges.NONE);
  }

  /** Returns the same choice with another seed. */
  public RecipeChoice withSeed(long other) {
    return new RecipeChoice(method, preset, other, imageSize, changes);
  }

  /** Returns the same choice with another preset. */
  public RecipeChoice withPreset(String other) {
    return new RecipeChoice(method, other, seed, imageSize, changes);
  }

  /**
   * Returns the same choice with another image size.
   *
   * @param other null for the task's shape
   */
  public RecipeChoice withImageSize(@Nullable Integer other) {
    return new RecipeChoice(method, preset, seed, other, changes);
  }

  /** Returns the same choice with other constants. */
  public RecipeChoice withChanges(RecipeChanges other) {
    return new RecipeChoice(method, preset, seed, imageSize, other);
  }

  /**
   * Rejects values that no images allow, before there are images to make the recipe for.
   *
   * @param steps of the run
   */
  public void check(long steps) {
    recipe(new Task(new ImageShape(SIDE, SIDE, 3), HALF, IMAGES, steps, seed));
  }

  /** Returns the kind of settings of the preset. */
  public Settings settings() {
    return named().settings();
  }

  /** Returns the recipe for a task. */
  public Recipe recipe(Task task) {
    Task shown = imageSize == null ? task : task.withSide(imageSize);
    return changes.applyTo(Methods.recipe(method, named(), shown));
  }

  /**
   * Returns the recipe for a task on the network of a run before. The settings' network gives way
   * to it where no other was named, and for another method.
   *
   * @param before recipe of the weights that the run starts from
   */
  public Recipe recipe(Task task, Recipe before) {
    if (before.method().name().equals(method) || !preset.equals(PRESET)) {
      return recipe(task);
    }
    Task shown = imageSize == null ? task : task.withSide(imageSize);
    return changes.applyTo(Methods.recipe(method, named().settings(), before.backbone(), shown));
  }

  private Preset named() {
    return Methods.preset(method, preset);
  }

  /** Returns the options that differ from their defaults. */
  public List<String> options() {
    return TypedCommand.of("")
        .unless(METHOD, "method", method)
        .unless(PRESET, "preset", preset)
        .unless(Long.valueOf(SEED), "seed", seed)
        .ifGiven("imageSize", imageSize)
        .with(changes.options())
        .options();
  }
}
