package org.vocabeam.pipelines.options;

import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.pipelines.choice.OpenRun;
import org.vocabeam.pipelines.run.PretrainRequest;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Mixin of the commands that pre-train a student: its images, its recipe, its rounds, its output.
 */
public final class RunArguments {
  @Mixin private ImagesOption images;
  @Mixin private SplitOption split;

  @Option(
      names = "--views",
      order = Sections.VIEWS,
      paramLabel = "DIR",
      description =
          "Views that augment stored, to train on instead of rendering them; the result is the"
              + " same.")
  private @Nullable String views;

  @Mixin private OutputOption output;
  @Mixin private RecipeArguments recipe;

  @Option(
      names = "--initial",
      order = Sections.METHOD,
      paramLabel = "DIR",
      description =
          "Run, checkpoint or import whose weights are the first; its method goes on, any other takes"
              + " the network.")
  private @Nullable String initial;

  @Mixin private RoundArguments rounds;
  @Mixin private MinutesOption minutes;
  @Mixin private SignalArguments signal;

  @Option(
      names = "--targets",
      order = Sections.BOWNET,
      paramLabel = "DIR",
      description = "Targets store of the images, as assign writes it.")
  private @Nullable String targets;

  /** Returns the run of a student, whose settings and length may be open. */
  public OpenRun run() {
    PretrainRequest request =
        new PretrainRequest(
            images.directory(),
            split.name(),
            output.directory(),
            recipe.openChoice(),
            signal.of(rounds.plan()),
            new PretrainRequest.Given(targets, views, initial),
            PretrainRequest.Teachers.USUAL);
    Double given = minutes.minutes(rounds);
    if (recipe.isAuto() && given == null && rounds.givenLength().isEmpty()) {
      given = OpenRun.USUAL_MINUTES;
    }
    return new OpenRun(request, recipe.isAuto(), given);
  }
}
