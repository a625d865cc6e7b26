package org.vocabeam.pipelines.runner;

/**
 * A command as an object: the locations and settings that its options give. Commands are composed
 * of requests, and a request prints the command line that asks for the same:
 *
 * <pre>{@code
 * Steps steps = new Steps(System.out, runner);
 * String images = steps.take("Ingest", IngestStage.of(ImageInput.of("photos"), "runs/photos"));
 * steps.take("Pre-train", PretrainRequest.of(images, "runs/obow", RecipeRequest.of("obow"), plan));
 * steps.summary();
 * }</pre>
 *
 * <p>A request is a record that opens nothing before it runs, so a request for the second step can
 * be made before the first has written its input. The same request again finds what is complete and
 * goes on from there.
 *
 * @param <R> result of a run
 */
public interface Request<R> {
  /**
   * Returns the command line that asks for the same.
   *
   * @param runner of the request, whose options are part of the command line
   */
  TypedCommand typed(Runner runner);

  /**
   * Does what is not complete yet, and prints nothing but progress.
   *
   * @param runner whose file systems are registered ({@link Runner#options})
   * @throws org.vocabeam.models.UserError when the request cannot be met; nothing was written if
   *     its inputs do not fit
   */
  R run(Runner runner);
}
