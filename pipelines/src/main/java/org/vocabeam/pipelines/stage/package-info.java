/**
 * Stages: from stores to a store, usually by one pipeline. A stage has the name of its command:
 * {@link org.vocabeam.pipelines.stage.ExtractStage} is {@code extract}, runs the transform {@code
 * ExtractDescriptors}, and is a {@linkplain org.vocabeam.pipelines.runner.Request request} where a
 * person can ask for it.
 *
 * <pre>{@code
 * new IngestStage(ImageInput.of("photos"), "runs/photos", false).run(runner);
 * EvaluateStage.of("runs/photos/images", "runs/obow", "runs/obow/evaluation").run(runner);
 * }</pre>
 *
 * <p>Decisions:
 *
 * <ul>
 *   <li><b>A stage finds its own result.</b> It asks its store for what made it ({@link
 *       org.vocabeam.pipelines.inputs.Provenance}): the same is not made again, another is refused
 *       with what differs. So a chain of stages keeps no state of its own; killed anywhere and
 *       started again, it goes on at the first stage that is not complete.
 *   <li><b>What every stage does around its pipeline stands in one place</b>, {@link
 *       org.vocabeam.pipelines.stage.Stage}: prepare the stores, compare provenance, run, commit in
 *       an order of which the last store makes the stage complete.
 * </ul>
 */
package org.vocabeam.pipelines.stage;
