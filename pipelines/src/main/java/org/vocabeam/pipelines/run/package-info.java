/**
 * Training runs of many rounds: pre-training, generations of BoWNet, fine-tuning. Each round is one
 * stage, and a run goes on from its newest complete checkpoint.
 *
 * <pre>{@code
 * PretrainRequest.of("runs/images", "runs/obow", RecipeChoice.of("obow"), RoundPlan.alone(4, 500))
 *     .run(runner);
 * }</pre>
 *
 * <p>Decisions:
 *
 * <ul>
 *   <li><b>The checkpoint is committed last</b>, behind the metrics of the round's steps and their
 *       TensorBoard events. A round that was killed leaves no checkpoint and is run again with the
 *       same bytes.
 *   <li><b>The rounds of one student are no part of its provenance</b>: two rounds of N steps give
 *       the checkpoint of one round of 2 N steps.
 *   <li><b>BoWNet's generations are requests</b> for extract, codebook, assign and pretrain, which
 *       a person could give one by one.
 * </ul>
 */
package org.vocabeam.pipelines.run;
